package io.champion.jdbc;

import java.io.Serializable;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.types.Row;

/**
 * A column of what is exported.
 *
 * @param name its name, here and in the table
 * @param type how its values travel
 * @param precision digits of a {@link PgType#NUMERIC}, 0 without a bound; else 0
 * @param scale digits after the point of a {@link PgType#NUMERIC}, else 0
 * @param nullable whether null is a value
 */
record ExportColumn(String name, PgType type, int precision, int scale, boolean nullable)
        implements Serializable {

    static ExportColumn of(String name, PgType type, boolean nullable) {
        return new ExportColumn(name, type, 0, 0, nullable);
    }

    /** Type of rows of such columns. */
    static TypeInformation<Row> rows(List<ExportColumn> columns) {
        return Types.ROW_NAMED(
                columns.stream().map(ExportColumn::name).toArray(String[]::new),
                columns.stream()
                        .map(column -> column.type().information())
                        .toArray(TypeInformation<?>[]::new));
    }

    /** As in DDL, without the name. */
    String definition() {
        return type.sql()
                + (precision > 0 ? "(" + precision + ", " + scale + ")" : "")
                + (nullable ? "" : " NOT NULL");
    }
}
