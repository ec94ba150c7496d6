package io.champion;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.ArrayList;
import java.util.List;

/** The rules of the house: who may use whom. */
@AnalyzeClasses(packages = "io.champion", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {

    /** Modules of common: each may use those before it. */
    private static final List<String> COMMON =
            List.of(
                    "model",
                    "indicators",
                    "lake",
                    "warehouse",
                    "kafka",
                    "quality",
                    "runtime",
                    "tracking");

    /** Packages of the jobs: each may use common, and none another. */
    private static final List<String> JOBS =
            List.of("adjust", "bhavcopy", "features", "flatfile", "jdbc", "rebuild", "ticks");

    /** What the reader may use. */
    private static final List<String> BELOW_THE_READER = List.of("model", "indicators", "lake");

    @ArchTest static final ArchRule MODULES_IMPORT_DOWNWARDS = modulesImportDownwards();

    private static ArchRule modulesImportDownwards() {
        List<String> modules = new ArrayList<>(COMMON);
        modules.addAll(JOBS);
        modules.addAll(List.of("reader", "fetch", "local", "cli"));
        LayeredArchitecture house = layeredArchitecture().consideringOnlyDependenciesInLayers();
        for (String module : modules) {
            house = house.layer(module).definedBy("io.champion." + module + "..");
        }
        for (String module : modules) {
            List<String> users = users(module);
            house =
                    users.isEmpty()
                            ? house.whereLayer(module).mayNotBeAccessedByAnyLayer()
                            : house.whereLayer(module)
                                    .mayOnlyBeAccessedByLayers(users.toArray(String[]::new));
        }
        return house;
    }

    private static List<String> users(String module) {
        List<String> users = new ArrayList<>();
        if (COMMON.contains(module)) {
            users.addAll(COMMON.subList(COMMON.indexOf(module) + 1, COMMON.size()));
            users.addAll(JOBS);
        }
        if (BELOW_THE_READER.contains(module)) {
            users.add("reader");
        }
        if (module.equals("model")) {
            users.add("local");
        }
        if (!module.equals("cli")) {
            users.add("cli");
        }
        return users;
    }

    @ArchTest
    static final ArchRule THE_MODEL_KNOWS_NO_FLINK =
            noClasses()
                    .that()
                    .resideInAPackage("io.champion.model..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.apache.flink..");

    @ArchTest
    static final ArchRule INDICATORS_ARE_PLAIN_ARITHMETIC =
            noClasses()
                    .that()
                    .resideInAPackage("io.champion.indicators..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.apache.flink..", "org.apache.avro..");

    /** So that a backtest needs no Flink on its class path but what opens files. */
    @ArchTest
    static final ArchRule THE_READER_KNOWS_FLINKS_FILE_SYSTEMS_ALONE =
            noClasses()
                    .that()
                    .resideInAPackage("io.champion.reader..")
                    .should()
                    .dependOnClassesThat(
                            JavaClass.Predicates.resideInAPackage("org.apache.flink..")
                                    .and(
                                            DescribedPredicate.not(
                                                    JavaClass.Predicates.resideInAPackage(
                                                            "org.apache.flink.core.fs.."))));

    @ArchTest
    static final ArchRule FETCHING_NEEDS_NO_FLINK =
            noClasses()
                    .that()
                    .resideInAPackage("io.champion.fetch..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.apache.flink..");

    @ArchTest
    static final ArchRule NOTHING_USES_KRYO =
            noClasses().should().dependOnClassesThat().resideInAPackage("com.esotericsoftware..");

    @ArchTest
    static final ArchRule ONLY_THE_COMMAND_TALKS_TO_THE_CONSOLE =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "io.champion.model..",
                            "io.champion.indicators..",
                            "io.champion.lake..",
                            "io.champion.warehouse..",
                            "io.champion.kafka..",
                            "io.champion.quality..",
                            "io.champion.runtime..",
                            "io.champion.tracking..",
                            "io.champion.fetch..",
                            "io.champion.reader..")
                    .should()
                    .accessField(System.class, "out")
                    .orShould()
                    .accessField(System.class, "err");
}
