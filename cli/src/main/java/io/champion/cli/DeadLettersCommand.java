package io.champion.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.champion.cli.DeadLetterTopic.Letter;
import io.champion.kafka.DeadLetter;
import io.champion.kafka.RecordDecoder;
import io.champion.kafka.RegistryException;
import io.champion.kafka.WireException;
import io.champion.kafka.WireSchemas;
import io.champion.model.record.EquityTrade;
import io.champion.runtime.JobConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.Schema.Field;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at the messages that a job did not take, and sends them back. */
@Command(
        name = "deadletters",
        description = {
            "List, show and send back messages that a job refused or that came too late.",
            "They are in a topic of Kafka with their original key and bytes; headers say where they"
                    + " came from and what is wrong."
        },
        footer = {
            "  champion deadletters list --kind reject --from 2025-06-18",
            "  champion deadletters show 0:17",
            "  champion deadletters resend --kind reject --dry-run"
        })
final class DeadLettersCommand implements Runnable {

    private static final Pattern POSITION = Pattern.compile("(\\d{1,9}):(\\d{1,18})");
    private static final int BYTES_A_LINE = 16;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Context context;

    @Spec private CommandSpec spec;

    DeadLettersCommand(Context context) {
        this.context = context;
    }

    @Override
    public void run() {
        spec.commandLine().usage(context.console().out());
    }

    /** What the list looks like. */
    enum Format {
        TABLE,
        JSON
    }

    /** Where the letters are. */
    static final class Source {

        @Mixin private KafkaMixin kafka;

        @Option(
                names = "--topic",
                paramLabel = "NAME",
                defaultValue = "ticks-dead-letters",
                description = "The topic of the dead letters; default ${DEFAULT-VALUE}.")
        private String topic;
    }

    /** What is done with the letters. */
    private interface Action {
        int on(DeadLetterTopic letters, Broker broker) throws IOException;
    }

    private int with(Source source, Action action) throws IOException {
        JobConfig config = source.kafka.config(context);
        context.console().progress("Connecting ...");
        try (Broker broker = KafkaMixin.broker(config);
                DeadLetterTopic letters = DeadLetterTopic.open(broker, source.topic)) {
            context.console().endProgress();
            return action.on(letters, broker);
        }
    }

    @Command(
            description = {
                "List dead letters, and count them by reason.",
                "The table has the newest by the time of their message; JSON has all, one object a"
                        + " line, as they come."
            },
            footer = {
                "  champion deadletters list --reason invalid_value,truncated",
                "  champion deadletters list --of ticks --from 2025-06-18T09:30:00Z --format json"
            })
    int list(
            @Mixin LetterFilter wanted,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "20",
                            description = "Rows of the table; default ${DEFAULT-VALUE}.")
                    int limit,
            @Option(
                            names = "--format",
                            defaultValue = "table",
                            description = "table or json; default ${DEFAULT-VALUE}.")
                    Format format,
            @Mixin Source source)
            throws IOException {
        if (limit < 1) {
            throw new UserException(
                    ExitCode.USAGE, "--limit is " + limit + ", but has to be above 0.");
        }
        return with(
                source,
                (letters, broker) -> {
                    if (format == Format.JSON) {
                        letters.read(
                                letter -> {
                                    if (wanted.matches(letter.about())) {
                                        context.console().println(line(json(letter)));
                                    }
                                });
                    } else {
                        table(letters, wanted, limit);
                    }
                    complain(letters);
                    return ExitCode.OK;
                });
    }

    /** Letters of one kind and reason, and how many of them were sent back. */
    private static final class Count {
        private long letters;
        private long resent;
    }

    private void table(DeadLetterTopic letters, LetterFilter wanted, int limit) {
        Comparator<Letter> byAge =
                Comparator.<Letter>comparingLong(letter -> letter.about().timestamp())
                        .thenComparing(letter -> letter.record().partition())
                        .thenComparing(letter -> letter.record().offset());
        PriorityQueue<Letter> newest = new PriorityQueue<>(byAge);
        Map<List<String>, Count> counts = new TreeMap<>(Comparator.comparing(List::toString));
        letters.read(
                letter -> {
                    DeadLetter about = letter.about();
                    if (!wanted.matches(about)) {
                        return;
                    }
                    Count count =
                            counts.computeIfAbsent(
                                    List.of(kind(about), about.reason(), about.topic()),
                                    key -> new Count());
                    count.letters++;
                    count.resent += letter.resent() ? 1 : 0;
                    newest.add(letter);
                    if (newest.size() > limit) {
                        newest.remove();
                    }
                });
        Console console = context.console();
        if (counts.isEmpty()) {
            console.println("There are no such dead letters.");
            return;
        }
        List<Letter> rows = new ArrayList<>(newest);
        rows.sort(byAge);
        TablePrinter table =
                printer(
                        "position",
                        "time",
                        "kind",
                        "reason",
                        "field",
                        "value",
                        "of",
                        "key",
                        "sent");
        for (Letter letter : rows) {
            DeadLetter about = letter.about();
            table.add(
                    position(letter),
                    Instant.ofEpochMilli(about.timestamp()).toString(),
                    kind(about),
                    Text.printable(about.reason()),
                    Text.printable(about.field()),
                    Text.printable(about.value()),
                    Text.printable(about.topic() + ":" + about.partition() + ":" + about.offset()),
                    Text.printable(key(letter)),
                    letter.resent()
                            ? "back"
                            : DeadLetter.leftOut(letter.record()) > 0 ? "too large" : "");
        }
        table.end();
        console.println("");
        TablePrinter sums = printer("kind", "reason", "of", "letters", "sent back");
        counts.forEach(
                (key, count) ->
                        sums.add(
                                key.get(0),
                                Text.printable(key.get(1)),
                                Text.printable(key.get(2)),
                                Text.number(count.letters),
                                Text.number(count.resent)));
        sums.end();
    }

    private TablePrinter printer(String... names) {
        String[] types = new String[names.length];
        for (int i = 0; i < names.length; i++) {
            types[i] = List.of("letters", "sent back").contains(names[i]) ? "UInt64" : "String";
        }
        return new TablePrinter(context.console(), names, types);
    }

    @Command(
            description = {
                "Show one dead letter: its headers, and the message.",
                "As JSON if the message can be read as a tick, else byte by byte."
            },
            footer = "  champion deadletters show 0:17")
    int show(
            @Parameters(
                            paramLabel = "PARTITION:OFFSET",
                            description = "Its position, as the list has it.")
                    String position,
            @Mixin Source source)
            throws IOException {
        Matcher matcher = POSITION.matcher(position);
        if (!matcher.matches()) {
            throw new UserException(
                    ExitCode.USAGE, "'" + position + "' is no position such as 0:17.");
        }
        return with(
                source,
                (letters, broker) -> {
                    Letter letter =
                            letters.at(
                                    Integer.parseInt(matcher.group(1)),
                                    Long.parseLong(matcher.group(2)));
                    Console console = context.console();
                    json(letter)
                            .fields()
                            .forEachRemaining(
                                    field ->
                                            console.println(
                                                    "%-12s %s"
                                                            .formatted(
                                                                    field.getKey(),
                                                                    Text.printable(
                                                                            field.getValue()
                                                                                    .asText()))));
                    console.println("");
                    console.println(message(letter.record().value(), broker.kafka().schemas()));
                    return ExitCode.OK;
                });
    }

    private static String message(byte[] value, WireSchemas schemas) {
        try {
            EquityTrade tick =
                    new RecordDecoder<>(EquityTrade.class, schemas)
                            .decode(value, new EquityTrade());
            ObjectNode json = JSON.createObjectNode();
            for (Field field : tick.getSchema().getFields()) {
                Object found = tick.get(field.pos());
                json.set(
                        field.name(),
                        found instanceof Instant || found instanceof Enum
                                ? JSON.getNodeFactory().textNode(found.toString())
                                : JSON.valueToTree(found));
            }
            return Text.printable(json.toPrettyString());
        } catch (WireException | RegistryException e) {
            return Text.printable(e.getMessage()) + (value == null ? "" : "\n" + hex(value));
        }
    }

    private static String hex(byte[] bytes) {
        StringBuilder dump = new StringBuilder();
        for (int start = 0; start < bytes.length; start += BYTES_A_LINE) {
            StringBuilder numbers = new StringBuilder();
            StringBuilder text = new StringBuilder();
            for (int i = start; i < Math.min(bytes.length, start + BYTES_A_LINE); i++) {
                numbers.append("%02x ".formatted(bytes[i]));
                text.append(bytes[i] >= ' ' && bytes[i] < 0x7f ? (char) bytes[i] : '.');
            }
            dump.append("%n%08x  %-48s %s".formatted(start, numbers, text));
        }
        return dump.toString();
    }

    @Command(
            description = {
                "Send messages back to the topic that they came from, key and bytes unchanged.",
                "Each letter is sent back once: what was sent before is left out, and so are letters"
                        + " that are without their message, which was too large for one. A message that is"
                        + " refused again is a new letter. Late ticks are late again, unless the"
                        + " job allows more lateness."
            },
            footer = {
                "  champion deadletters resend --kind reject --dry-run",
                "      Says how many, and does nothing.",
                "  champion deadletters resend --kind reject --of ticks --to 2025-06-18"
            })
    int resend(
            @Mixin LetterFilter wanted,
            @Option(names = "--dry-run", description = "Only say how many there are.")
                    boolean dryRun,
            @Mixin Source source)
            throws IOException {
        return with(
                source,
                (letters, broker) -> {
                    Map<String, Long> sent =
                            dryRun ? count(letters, wanted) : letters.resend(wanted);
                    long all = sent.values().stream().mapToLong(Long::longValue).sum();
                    Console console = context.console();
                    console.println(
                            Text.count(all, "message")
                                    + (dryRun ? " to send back." : " sent back."));
                    sent.forEach(
                            (topic, number) ->
                                    console.println(
                                            "  %-24s %,14d"
                                                    .formatted(Text.printable(topic), number)));
                    complain(letters);
                    return ExitCode.OK;
                });
    }

    private static Map<String, Long> count(DeadLetterTopic letters, LetterFilter wanted) {
        Map<String, Long> topics = new TreeMap<>();
        letters.read(
                letter -> {
                    if (letter.canBeSent() && wanted.matches(letter.about())) {
                        topics.merge(letter.about().topic(), 1L, Long::sum);
                    }
                });
        return topics;
    }

    private void complain(DeadLetterTopic letters) {
        letters.complaint().ifPresent(text -> context.console().err().println(text));
    }

    private static ObjectNode json(Letter letter) {
        DeadLetter about = letter.about();
        return JSON.createObjectNode()
                .put("position", position(letter))
                .put("kind", kind(about))
                .put("reason", about.reason())
                .put("message", about.message())
                .put("field", about.field())
                .put("value", about.value())
                .put("topic", about.topic())
                .put("partition", about.partition())
                .put("offset", about.offset())
                .put("time", Instant.ofEpochMilli(about.timestamp()).toString())
                .put("job", about.job())
                .put("key", key(letter))
                .put("bytes", letter.record().value() == null ? 0 : letter.record().value().length)
                .put("left_out", DeadLetter.leftOut(letter.record()))
                .put("resent", letter.resent());
    }

    private static String line(ObjectNode json) {
        try {
            return JSON.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String position(Letter letter) {
        return letter.record().partition() + ":" + letter.record().offset();
    }

    private static String kind(DeadLetter letter) {
        return letter.kind().name().toLowerCase(Locale.ROOT);
    }

    private static String key(Letter letter) {
        byte[] key = letter.record().key();
        return key == null ? "" : new String(key, StandardCharsets.UTF_8);
    }
}
