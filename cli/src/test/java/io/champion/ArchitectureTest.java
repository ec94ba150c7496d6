package io.champion;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rules of the house: who may use whom. */
@AnalyzeClasses(packages = "io.champion", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {

    @ArchTest
    static final ArchRule MODULES_IMPORT_DOWNWARDS =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("model")
                    .definedBy("io.champion.model..")
                    .layer("indicators")
                    .definedBy("io.champion.indicators..")
                    .layer("lake")
                    .definedBy("io.champion.lake..")
                    .layer("warehouse")
                    .definedBy("io.champion.warehouse..")
                    .layer("kafka")
                    .definedBy("io.champion.kafka..")
                    .layer("quality")
                    .definedBy("io.champion.quality..")
                    .layer("runtime")
                    .definedBy("io.champion.runtime..")
                    .layer("reader")
                    .definedBy("io.champion.reader..")
                    .layer("adjust-prices")
                    .definedBy("io.champion.adjust..")
                    .layer("bhavcopy-ingest")
                    .definedBy("io.champion.bhavcopy..")
                    .layer("flatfile-ingest")
                    .definedBy("io.champion.flatfile..")
                    .layer("tick-stream")
                    .definedBy("io.champion.ticks..")
                    .layer("fetch")
                    .definedBy("io.champion.fetch..")
                    .layer("local")
                    .definedBy("io.champion.local..")
                    .layer("cli")
                    .definedBy("io.champion.cli..")
                    .whereLayer("indicators")
                    .mayOnlyBeAccessedByLayers(
                            "lake",
                            "warehouse",
                            "kafka",
                            "quality",
                            "runtime",
                            "adjust-prices",
                            "bhavcopy-ingest",
                            "flatfile-ingest",
                            "tick-stream",
                            "cli")
                    .whereLayer("lake")
                    .mayOnlyBeAccessedByLayers(
                            "warehouse",
                            "kafka",
                            "quality",
                            "runtime",
                            "reader",
                            "adjust-prices",
                            "bhavcopy-ingest",
                            "flatfile-ingest",
                            "tick-stream",
                            "cli")
                    .whereLayer("warehouse")
                    .mayOnlyBeAccessedByLayers(
                            "quality",
                            "runtime",
                            "adjust-prices",
                            "bhavcopy-ingest",
                            "flatfile-ingest",
                            "tick-stream",
                            "cli")
                    .whereLayer("kafka")
                    .mayOnlyBeAccessedByLayers(
                            "quality",
                            "runtime",
                            "adjust-prices",
                            "bhavcopy-ingest",
                            "flatfile-ingest",
                            "tick-stream",
                            "cli")
                    .whereLayer("quality")
                    .mayOnlyBeAccessedByLayers(
                            "runtime",
                            "adjust-prices",
                            "bhavcopy-ingest",
                            "flatfile-ingest",
                            "tick-stream",
                            "cli")
                    .whereLayer("runtime")
                    .mayOnlyBeAccessedByLayers(
                            "adjust-prices",
                            "bhavcopy-ingest",
                            "flatfile-ingest",
                            "tick-stream",
                            "cli")
                    .whereLayer("reader")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("adjust-prices")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("bhavcopy-ingest")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("flatfile-ingest")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("tick-stream")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("fetch")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("local")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("cli")
                    .mayNotBeAccessedByAnyLayer();

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
                            "io.champion.fetch..",
                            "io.champion.reader..")
                    .should()
                    .accessField(System.class, "out")
                    .orShould()
                    .accessField(System.class, "err");
}
