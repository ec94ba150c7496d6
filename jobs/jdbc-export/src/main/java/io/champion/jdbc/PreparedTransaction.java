package io.champion.jdbc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.transaction.xa.Xid;
import org.apache.flink.api.common.JobID;
import org.apache.flink.connector.jdbc.datasource.transactions.xa.domain.TransactionId;
import org.postgresql.util.PSQLState;

/**
 * A transaction that an export prepared, and that nobody has committed or rolled back yet.
 *
 * @param gid its name at the server
 * @param job id of the Flink job that prepared it
 * @param prepared when
 * @param tables that it has written to
 */
record PreparedTransaction(String gid, String job, Instant prepared, List<String> tables) {

    /** Of the connector's transactions, as the driver spells it. */
    private static final String PREFIX = "202_";

    private static final String QUERY =
            """
            SELECT p.gid, p.prepared,
                   array_agg(DISTINCT n.nspname || '.' || c.relname) FILTER (WHERE c.relkind IN ('r', 'p'))
            FROM pg_prepared_xacts p
            LEFT JOIN pg_locks t ON t.locktype = 'transactionid' AND t.transactionid = p.transaction
                                AND t.mode = 'ExclusiveLock' AND t.granted
            LEFT JOIN pg_locks l ON l.virtualtransaction = t.virtualtransaction
                                AND l.pid IS NOT DISTINCT FROM t.pid AND l.locktype = 'relation'
                                AND l.mode = 'RowExclusiveLock'
            LEFT JOIN pg_class c ON c.oid = l.relation
            LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE p.database = current_database() AND starts_with(p.gid, ?)
            GROUP BY p.gid, p.prepared
            ORDER BY p.prepared, p.gid
            """;

    /** All of a database. */
    static List<PreparedTransaction> list(Connection connection) throws SQLException {
        List<PreparedTransaction> all = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(QUERY)) {
            query.setString(1, PREFIX);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    all.add(
                            new PreparedTransaction(
                                    rows.getString(1),
                                    job(rows.getString(1)),
                                    rows.getObject(2, OffsetDateTime.class).toInstant(),
                                    rows.getArray(3) == null
                                            ? List.of()
                                            : List.of((String[]) rows.getArray(3).getArray())));
                }
            }
        }
        return all;
    }

    private static String job(String gid) {
        String[] parts = gid.split("_", -1);
        try {
            byte[] bytes = Base64.getDecoder().decode(parts[1]);
            return HexFormat.of().formatHex(bytes, 0, Math.min(JobID.SIZE, bytes.length));
        } catch (IllegalArgumentException e) {
            return "unknown";
        }
    }

    /** The name that the driver gives a transaction. */
    static String gid(Xid xid) {
        Base64.Encoder base64 = Base64.getEncoder();
        return xid.getFormatId()
                + "_"
                + base64.encodeToString(xid.getGlobalTransactionId())
                + "_"
                + base64.encodeToString(xid.getBranchQualifier());
    }

    /** The checkpoint that a transaction of the connector begins at. */
    static long checkpoint(Xid xid) {
        // Of the branch, which the number of tasks begins.
        return ByteBuffer.wrap(xid.getBranchQualifier()).getLong(Integer.BYTES);
    }

    /** The connector's id of this transaction; null where the connector did not make it. */
    TransactionId id() {
        String[] parts = gid.split("_", -1);
        try {
            return parts.length == 3
                    ? TransactionId.restoreFromXid(
                            Integer.parseInt(parts[0]),
                            Base64.getDecoder().decode(parts[1]),
                            Base64.getDecoder().decode(parts[2]))
                    : null;
        } catch (IOException | IllegalArgumentException e) {
            return null;
        }
    }

    /** Whether both are of one job, as it was with other numbers of tasks. */
    static boolean isOfOtherParallelism(TransactionId one, TransactionId other) {
        byte[] global = one.getGlobalTransactionId();
        byte[] others = other.getGlobalTransactionId();
        return Arrays.equals(global, 0, JobID.SIZE, others, 0, JobID.SIZE)
                // The number of tasks is what the branch begins with.
                && !Arrays.equals(
                        one.getBranchQualifier(),
                        0,
                        Integer.BYTES,
                        other.getBranchQualifier(),
                        0,
                        Integer.BYTES);
    }

    boolean wroteTo(TableName table) {
        return tables.contains(table.schema() + "." + table.name());
    }

    Duration age(Instant now) {
        return Duration.between(prepared, now);
    }

    /**
     * Makes a transaction's rows visible, or drops them.
     *
     * @return whether there was such a transaction
     */
    static boolean decide(Connection connection, String gid, boolean commit) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    (commit ? "COMMIT" : "ROLLBACK")
                            + " PREPARED '"
                            + gid.replace("'", "''")
                            + "'");
            return true;
        } catch (SQLException e) {
            if (PSQLState.UNDEFINED_OBJECT.getState().equals(e.getSQLState())) {
                return false;
            }
            throw e;
        }
    }
}
