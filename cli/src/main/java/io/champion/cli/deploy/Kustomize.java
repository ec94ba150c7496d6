package io.champion.cli.deploy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Renders overlays with the kustomize of kubectl, or with kustomize itself. */
public final class Kustomize {

    private final Tool tool;

    private Kustomize(Tool tool) {
        this.tool = tool;
    }

    /** The one that is on the environment's PATH, if any. */
    public static Optional<Kustomize> find(Map<String, String> environment) {
        return Tool.find("kubectl", environment)
                .map(kubectl -> kubectl.with("kustomize"))
                .or(
                        () ->
                                Tool.find("kustomize", environment)
                                        .map(kustomize -> kustomize.with("build")))
                .map(Kustomize::new);
    }

    /**
     * The resources of a folder with a kustomization.
     *
     * @throws ManifestException if kustomize refuses it, with its own words
     */
    public String render(Path folder) throws IOException, InterruptedException {
        Tool.Result result = tool.with(folder.toString()).run("");
        if (result.exitCode() != 0) {
            throw new ManifestException(
                    List.of("kustomize refuses " + folder + ": " + result.err().strip()));
        }
        return result.out();
    }
}
