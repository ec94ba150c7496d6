package io.champion.indicators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FeatureSetTest {

    @Test
    void stepsAllFeaturesOverOneState() {
        FeatureSet set =
                set(
                        "- {name: mean, indicator: sma, window: 2, group: trend}",
                        "- {name: top, indicator: sma, source: high, window: 1, group: trend}");
        double[] state = set.newState();
        double[] values = new double[2];
        Bar bar = new Bar();

        bar.close = 10;
        bar.high = 11;
        set.step(bar, state, values);
        assertThat(values).containsExactly(Double.NaN, 11);
        bar.close = 20;
        bar.high = Double.NaN;
        set.step(bar, state, values);
        assertThat(values).containsExactly(15, Double.NaN);

        assertThat(set.columns()).containsExactly("mean", "top");
        assertThat(set.warmUp()).isEqualTo(2);
        assertThat(state).hasSize(4 + 3);
    }

    @Test
    void namesTheOutputsAfterTheFeature() {
        assertThat(set("- {name: m, indicator: macd, group: trend}").columns())
                .containsExactly("m", "m_signal", "m_histogram");
    }

    @Test
    void namesEverythingThatIsWrong() {
        assertThat(
                        problems(
                                "- {name: a, indicator: smaa, window: 5, group: trend}",
                                "- {name: b, indicator: sma, window: 0, group: trend}",
                                "- {name: c, indicator: sma, window: -3, group: trends}",
                                "- {name: d, indicator: macd, fast: 26, slow: 12, group: trend}",
                                "- {name: e, indicator: sma, widnow: 5, group: trend}",
                                "- {name: f, indicator: ema, seed: last, group: trend}",
                                "- {name: g, indicator: sma, window: 5, group: trend}",
                                "- {name: g, indicator: sma, window: 6, group: trend}",
                                "- {name: h, indicator: sma, window: 005, group: trend}",
                                "- {name: I, indicator: sma, window: 2.5, group: trend}",
                                "- {indicator: sma, window: 2.5}"))
                .containsExactly(
                        "test, line 4: there is no indicator 'smaa'; did you mean 'sma'?",
                        "test, line 5: b: 'window' is 0, but takes 1 to 10000 bars.",
                        "test, line 6: there is no group 'trends'; did you mean 'trend'?",
                        "test, line 7: d: 'fast' has to be less than 'slow'.",
                        "test, line 8: e: 'widnow' is no parameter of it; it takes source, window;"
                                + " did you mean 'window'?",
                        "test, line 9: f: 'seed' is last, but takes sma | first.",
                        "test, line 11: the column 'g' is there already, of 'g'; rename.",
                        "test, line 12: 'h' is sma(source=close,window=5) like 'g'; keep one of"
                                + " them.",
                        "test, line 13: 'name' is 'I', but takes small letters, digits and _.",
                        "test, line 14: a feature needs a 'name'; add it.",
                        "test, line 14: a feature needs a 'group'; add it.");
    }

    @Test
    void saysWhereAFileIsNoFeatureSet() {
        assertThat(problemsOf("name: [")).singleElement().asString().contains("test, line 1");
        assertThat(problemsOf("")).containsExactly("test: the feature set is empty.");
        assertThat(problemsOf("- a"))
                .containsExactly("test, line 1: expected the 'key: value' pairs of a feature set.");
        assertThat(problemsOf("name: a\nnames: b\nversion:\nfeatures: []"))
                .containsExactly(
                        "test, line 2: 'names' is not known; a feature set has name, version and"
                                + " features.",
                        "test, line 3: 'version' takes one plain value.",
                        "test, line 4: 'features' takes a list of features, one '- name: ...'"
                                + " each.");
        assertThat(problemsOf("name: a"))
                .containsExactly(
                        "test: 'version' is missing; add it.",
                        "test: 'features' is missing; add it.");
        assertThatThrownBy(() -> FeatureSet.read(Path.of("nowhere.yaml")))
                .isInstanceOf(FeatureSetException.class)
                .hasMessage("The feature set nowhere.yaml does not exist.");
    }

    @Test
    void travelsAsItsText() throws Exception {
        FeatureSet set = FeatureSet.standard();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(set);
        }
        try (ObjectInputStream in =
                new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            FeatureSet read = (FeatureSet) in.readObject();
            assertThat(read.layout()).isEqualTo(set.layout());
            assertThat(read.columns()).isEqualTo(set.columns());
            assertThat(read.version()).isEqualTo("v1");
        }
    }

    @Test
    void movesStatesToAnotherLayout() {
        FeatureSet before =
                set(
                        "- {name: a, indicator: sma, window: 3, group: trend}",
                        "- {name: b, indicator: sma, window: 2, group: trend}",
                        "- {name: c, indicator: ema, window: 4, group: trend}");
        // Another order, a renamed one, a changed window and a new indicator.
        FeatureSet after =
                set(
                        "- {name: c, indicator: ema, window: 4, group: momentum}",
                        "- {name: b, indicator: sma, window: 4, group: trend}",
                        "- {name: aa, indicator: sma, window: 3, group: trend}",
                        "- {name: d, indicator: macd, group: trend}");
        double[] state = before.newState();
        double[] values = new double[3];
        Bar bar = new Bar();
        for (int i = 1; i <= 10; i++) {
            bar.close = i * i;
            before.step(bar, state, values);
        }

        StateMove move = after.layout().from(FeatureLayout.parse(before.layout().toString()));
        assertThat(move.dropped()).containsExactly("sma(source=close,window=2)");
        assertThat(move.added())
                .containsExactly(
                        "sma(source=close,window=4)",
                        "macd(fast=12,seed=sma,signal=9,slow=26,source=close)");
        double[] moved = move.apply(state);

        bar.close = 121;
        before.step(bar, state, values);
        double[] valuesAfter = new double[6];
        after.step(bar, moved, valuesAfter);
        assertThat(valuesAfter[0]).isEqualTo(values[2]);
        assertThat(valuesAfter[1]).isNaN();
        assertThat(valuesAfter[2]).isEqualTo(values[0]).isEqualTo((121 + 100 + 81) / 3.0);
        assertThat(valuesAfter[3]).isNaN();
        assertThatThrownBy(() -> move.apply(new double[1])).hasMessageContaining("not of a layout");
        assertThatThrownBy(() -> FeatureLayout.parse("sma 3"))
                .hasMessage("'sma 3' is no slice of a layout.");
    }

    private static FeatureSet set(String... features) {
        return FeatureSet.parse(yaml(features), "test");
    }

    private static List<String> problems(String... features) {
        return problemsOf(yaml(features));
    }

    private static List<String> problemsOf(String text) {
        try {
            FeatureSet.parse(text, "test");
            return List.of();
        } catch (FeatureSetException e) {
            return e.problems();
        }
    }

    private static String yaml(String... features) {
        return "name: test\nversion: v1\nfeatures:\n  " + String.join("\n  ", features) + "\n";
    }
}
