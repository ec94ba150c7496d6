package io.champion.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class InsertStatementTest {

    @Test
    void rowsBeginBehindOneLineBreak() {
        InsertStatement insert =
                parse(
                        "insert into db.`values` (a, `format`, \"é)\") SETTINGS x = 'FORMAT' Format  TSV \r\n\n1\n");
        assertThat(insert.statement)
                .isEqualTo("insert into db.`values` (a, `format`, \"é)\") SETTINGS x = 'FORMAT'");
        assertThat(insert.format).isEqualTo("TSV");
        assertThat(
                        rows(
                                insert,
                                "insert into db.`values` (a, `format`, \"é)\") SETTINGS x = 'FORMAT' Format  TSV \r\n\n1\n"))
                .isEqualTo("\n1\n");
    }

    @Test
    void valuesNeedNoLineBreak() {
        String text = "/* FORMAT x */ INSERT -- VALUES\nINTO t(a)VALUES(1), (2)";
        InsertStatement insert = parse(text);
        assertThat(insert.statement).isEqualTo("/* FORMAT x */ INSERT -- VALUES\nINTO t(a)");
        assertThat(insert.format).isEqualTo("Values");
        assertThat(rows(insert, text)).isEqualTo("(1), (2)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1 FORMAT TSV",
                "INSERT INTO t SELECT * FROM s FORMAT TSV",
                "INSERT INTO t (a) WITH x AS (SELECT 1) SELECT * FROM x",
                "INSERT INTO t FROM INFILE 'x' FORMAT TSV",
                "CREATE TABLE t (a Int64) ENGINE = MergeTree ORDER BY a",
                "",
            })
    void otherStatementsAreLeftAlone(String statement) {
        assertThat(parse(statement)).isNull();
    }

    private static InsertStatement parse(String text) {
        return InsertStatement.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String rows(InsertStatement insert, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new String(bytes, insert.rows, bytes.length - insert.rows, StandardCharsets.UTF_8);
    }
}
