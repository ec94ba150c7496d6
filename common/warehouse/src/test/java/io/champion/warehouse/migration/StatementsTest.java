package io.champion.warehouse.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementsTest {

    @Test
    void areCutAtSemicolonsThatAreNotQuoted() {
        assertThat(
                        Statements.split(
                                """
                                -- one; and not two
                                SELECT 'a;b', 'it''s;', 'a\\';b', `x;y`, "q;" -- end; of line
                                ;
                                /* SELECT 0; */ SELECT 2 /* ; */;;
                                SELECT 3"""))
                .containsExactly(
                        "SELECT 'a;b', 'it''s;', 'a\\';b', `x;y`, \"q;\"", "SELECT 2", "SELECT 3");
    }

    @Test
    void ofNothingThereAreNone() {
        assertThat(Statements.split("\n-- nothing\n;")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT 'a", "SELECT `a", "SELECT /* a", "SELECT 'a\\'", "SELECT 'a\\"})
    void whatDoesNotEndIsRefused(String sql) {
        assertThatThrownBy(() -> Statements.split(sql))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not end");
    }
}
