package io.champion.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.champion.fetch.Bhavcopies;
import io.champion.fetch.FetchException;
import io.champion.fetch.FlatFiles;
import io.champion.fetch.Retention;
import io.champion.fetch.Retention.FileVerdict;
import io.champion.fetch.Retention.Result;
import io.champion.fetch.Retention.Verdict;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Purges fetched files. */
@Command(
        name = "retention",
        description = {
            "Delete fetched files that are older than the raw tier keeps.",
            "Only files that 'champion fetch' put there, and that an ingest of this home took since;"
                    + " others of the same age are counted. What was deleted is not fetched again,"
                    + " unless it is published again or 'champion fetch' is told --again."
        },
        footer = {
            "  champion retention --dry-run",
            "      Says what it would free, and does nothing.",
            "  champion retention --keep 90 --tier flatfiles"
        })
final class RetentionCommand implements Callable<Integer> {

    /** More are in the JSON. */
    private static final int SHOWN = 20;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Context context;

    RetentionCommand(Context context) {
        this.context = context;
    }

    @Option(
            names = "--keep",
            paramLabel = "DAYS",
            defaultValue = "30",
            description =
                    "How long files are kept after they were fetched; default ${DEFAULT-VALUE}.")
    private int keep;

    @Option(
            names = "--tier",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "flatfiles,bhavcopy",
            description = "flatfiles, bhavcopy; default both.")
    private List<String> tiers;

    @Option(
            names = "--not-ingested",
            description = "Delete files too that no ingest of this home took.")
    private boolean notIngested;

    @Option(names = "--dry-run", description = "Only say what would be deleted.")
    private boolean dryRun;

    @Option(
            names = "--format",
            defaultValue = "text",
            description = "text or json; default ${DEFAULT-VALUE}.")
    private FetchSummary.Format format;

    @Override
    public Integer call() throws IOException {
        if (keep < 0) {
            throw new UserException(
                    ExitCode.USAGE, "--keep is " + keep + ", but has to be 0 or more.");
        }
        for (String tier : tiers) {
            if (!List.of(FlatFiles.TIER, Bhavcopies.TIER).contains(tier)) {
                throw new UserException(
                        ExitCode.USAGE,
                        "There is no tier '" + tier + "'; there are flatfiles and bhavcopy.");
            }
        }
        JobConfig config = context.config(List.of());
        Path home = Context.localHome(config);
        IngestedFiles ingested = IngestedFiles.of(Path.of(Home.of(config).runs()));
        ArrayNode all = JSON.createArrayNode();
        for (String tier : tiers) {
            if (!Retention.exists(home, tier)) {
                if (format == FetchSummary.Format.TEXT) {
                    context.console().println(tier + ": nothing was fetched yet.");
                }
                continue;
            }
            Result result;
            try {
                result =
                        Retention.purge(
                                home,
                                tier,
                                Duration.ofDays(keep),
                                notIngested ? (file, since) -> true : ingested,
                                Instant.now(),
                                dryRun);
            } catch (FetchException e) {
                throw FetchSummary.userException(e);
            }
            if (format == FetchSummary.Format.JSON) {
                all.add(json(tier, result));
            } else {
                print(tier, result);
            }
        }
        if (format == FetchSummary.Format.JSON) {
            context.console().println(all.toPrettyString());
        }
        return ExitCode.OK;
    }

    private void print(String tier, Result result) {
        Console console = context.console();
        List<FileVerdict> purged = result.files(Verdict.PURGED);
        console.println(
                tier
                        + ": "
                        + (purged.isEmpty() && result.freed() == 0
                                ? "nothing to delete"
                                : Text.count(purged.size(), "file")
                                        + (dryRun ? " to delete, frees " : " deleted, freed ")
                                        + Text.bytes(result.freed()))
                        + "; "
                        + Text.count(result.kept(), "file")
                        + " ("
                        + Text.bytes(result.keptBytes())
                        + ") not older than "
                        + Text.count(keep, "day")
                        + ".");
        list(console, purged);
        if (result.unfinished() > 0) {
            console.println(
                    "  "
                            + Text.bytes(result.unfinished())
                            + " of that are files that were begun and never finished.");
        }
        List<FileVerdict> waiting = result.files(Verdict.NOT_INGESTED);
        if (!waiting.isEmpty()) {
            console.println(
                    "  "
                            + Text.count(waiting.size(), "older file")
                            + " kept: no ingest of this home took them (--not-ingested deletes them"
                            + " too):");
            list(console, waiting);
        }
        List<FileVerdict> changed = result.files(Verdict.CHANGED);
        if (!changed.isEmpty()) {
            console.println(
                    "  "
                            + Text.count(changed.size(), "older file")
                            + " kept: not as fetched, somebody changed them:");
            list(console, changed);
        }
        if (result.foreign() > 0) {
            console.println(
                    "  "
                            + Text.count(result.foreign(), "file")
                            + " left alone: no fetch put them there.");
        }
    }

    private static void list(Console console, List<FileVerdict> files) {
        for (FileVerdict file : files.subList(0, Math.min(SHOWN, files.size()))) {
            console.println(
                    "    "
                            + file.key()
                            + "  "
                            + Text.bytes(file.bytes())
                            + ", fetched "
                            + file.fetched().truncatedTo(ChronoUnit.SECONDS));
        }
        if (files.size() > SHOWN) {
            console.println(
                    "    ... and " + Text.number(files.size() - SHOWN) + " more (--format json)");
        }
    }

    private ObjectNode json(String tier, Result result) {
        ObjectNode node =
                JSON.createObjectNode()
                        .put("tier", tier)
                        .put("root", result.root().toString())
                        .put("dry_run", dryRun)
                        .put("bytes_freed", result.freed())
                        .put("bytes_unfinished", result.unfinished())
                        .put("kept", result.kept())
                        .put("bytes_kept", result.keptBytes())
                        .put("foreign", result.foreign());
        node.putArray("files");
        for (FileVerdict file : result.files()) {
            node.withArray("files")
                    .addObject()
                    .put("file", file.key())
                    .put("fetched", file.fetched().toString())
                    .put("bytes", file.bytes())
                    .put("verdict", file.verdict().name().toLowerCase(Locale.ROOT));
        }
        return node;
    }
}
