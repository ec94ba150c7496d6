package io.champion.local;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.StringArray;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * The ClickHouse engine as a library. A process has one engine on one directory; any number of
 * connections to it run statements side by side, one each. The engine lives while a connection is
 * open, so this holds one, and the process must not run its exit handlers before {@link #close}.
 */
final class Chdb implements AutoCloseable {

    /** The C interface of libchdb, of which only what is used here. */
    interface Lib extends Library {
        void chdb_set_signal_handlers_enabled(int enabled);

        Pointer chdb_connect(int argc, StringArray argv);

        void chdb_close_conn(Pointer connection);

        Pointer chdb_query_with_params_n(
                Pointer connection,
                Pointer query,
                long queryLength,
                byte[] format,
                long formatLength,
                Pointer names,
                long[] nameLengths,
                Pointer values,
                long[] valueLengths,
                long count);

        Pointer chdb_stream_insert_with_params_n(
                Pointer connection,
                byte[] query,
                long queryLength,
                byte[] format,
                long formatLength,
                Pointer names,
                long[] nameLengths,
                Pointer values,
                long[] valueLengths,
                long count);

        int chdb_classify_query_n(
                Pointer connection,
                Pointer query,
                long queryLength,
                Pointer database,
                long databaseLength,
                int[] analysis);

        int chdb_stream_append(Pointer insert, Pointer data, long length);

        Pointer chdb_stream_done(Pointer insert);

        Pointer chdb_stream_insert_error(Pointer insert);

        void chdb_destroy_insert_stream(Pointer insert);

        Pointer chdb_result_buffer(Pointer result);

        long chdb_result_length(Pointer result);

        Pointer chdb_result_error(Pointer result);

        double chdb_result_elapsed(Pointer result);

        long chdb_result_rows_read(Pointer result);

        long chdb_result_bytes_read(Pointer result);

        long chdb_result_storage_rows_read(Pointer result);

        long chdb_result_storage_bytes_read(Pointer result);

        long chdb_result_rows_written(Pointer result);

        long chdb_result_bytes_written(Pointer result);

        void chdb_destroy_query_result(Pointer result);
    }

    private static final String UTF8 = "UTF-8";

    /** Bytes of rows that are handed to the engine at a time; it parses while it takes more. */
    private static final long APPEND = 1 << 20;

    private static final String NEWEST_FUNCTION = "chdb_stream_insert_with_params_n";

    private final Lib lib;
    private final StringArray arguments;
    private final int argumentCount;
    private final Pointer holder;

    /**
     * Loads the library and opens the store.
     *
     * @param configuration a file in the form of ClickHouse's {@code config.xml}
     */
    Chdb(Path library, Path directory, Path configuration) throws IOException {
        try {
            lib =
                    Native.load(
                            library.toString(),
                            Lib.class,
                            Map.of(Library.OPTION_STRING_ENCODING, UTF8));
            // The newest function used here: one look tells whether all are there.
            NativeLibrary.getInstance(library.toString()).getFunction(NEWEST_FUNCTION);
        } catch (UnsatisfiedLinkError e) {
            throw new IOException(
                    "The ClickHouse engine does not load; run 'npm ci --prefix local/engine' in the project. "
                            + e.getMessage(),
                    e);
        }
        // The JVM needs the signals that the engine would take.
        lib.chdb_set_signal_handlers_enabled(0);
        String[] words = {"clickhouse", "--path=" + directory, "--config-file=" + configuration};
        arguments = new StringArray(words, UTF8);
        argumentCount = words.length;
        holder = open();
    }

    private Pointer open() throws IOException {
        Pointer connection = lib.chdb_connect(argumentCount, arguments);
        if (connection == null) {
            throw new IOException("The ClickHouse engine opens no connection to its store.");
        }
        return connection;
    }

    /**
     * A connection of its own for one request: what the request sets dies with it. Costs 0.2 ms.
     */
    Session session() throws IOException {
        return new Session(open());
    }

    @Override
    public void close() {
        lib.chdb_close_conn(holder);
    }

    /** One connection; not thread-safe. */
    final class Session implements AutoCloseable {

        private final Pointer connection;

        private Session(Pointer connection) {
            this.connection = connection;
        }

        /** Runs a statement that returns nothing. */
        void run(String statement) throws IOException, EngineException {
            try (NativeBuffer buffer = new NativeBuffer(statement.length())) {
                buffer.append(statement.getBytes(StandardCharsets.UTF_8));
                query(buffer, "Null", Map.of()).close();
            }
        }

        /**
         * Runs a statement; an insert with rows goes by {@link #insert}.
         *
         * @param parameters values of the statement's {@code {name:Type}} placeholders
         * @throws EngineException what the engine answers instead of a result
         */
        Result query(NativeBuffer statement, String format, Map<String, String> parameters)
                throws EngineException {
            byte[] formatName = utf8(format);
            Parameters bound = new Parameters(parameters);
            return result(
                    lib.chdb_query_with_params_n(
                            connection.getPointer(0),
                            statement.pointer(),
                            statement.size(),
                            formatName,
                            formatName.length,
                            bound.names,
                            bound.nameLengths,
                            bound.values,
                            bound.valueLengths,
                            bound.count));
        }

        /** How many statements the text holds; 0 where it does not parse. */
        int statements(NativeBuffer text) {
            // struct_size, statement_count, flags, query_class; all of 32 bits
            int[] analysis = {4 * Integer.BYTES, 0, 0, 0};
            int state =
                    lib.chdb_classify_query_n(
                            connection.getPointer(0),
                            text.pointer(),
                            text.size(),
                            null,
                            0,
                            analysis);
            return state == 0 ? analysis[1] : 0;
        }

        /**
         * Runs an insert.
         *
         * @param rows what holds the rows, from {@code offset} on
         * @throws EngineException what the engine answers instead of a result
         */
        Result insert(
                String statement,
                String format,
                Map<String, String> parameters,
                NativeBuffer rows,
                long offset)
                throws EngineException {
            byte[] query = utf8(statement);
            byte[] formatName = utf8(format);
            Parameters bound = new Parameters(parameters);
            Pointer insert =
                    lib.chdb_stream_insert_with_params_n(
                            connection.getPointer(0),
                            query,
                            query.length,
                            formatName,
                            formatName.length,
                            bound.names,
                            bound.nameLengths,
                            bound.values,
                            bound.valueLengths,
                            bound.count);
            try {
                Pointer error = lib.chdb_stream_insert_error(insert);
                if (error != null) {
                    throw new EngineException(error.getString(0, UTF8));
                }
                int state = 0;
                for (long at = offset; at < rows.size() && state == 0; at += APPEND) {
                    long length = Math.min(APPEND, rows.size() - at);
                    state = lib.chdb_stream_append(insert, rows.pointer().share(at), length);
                }
                return result(lib.chdb_stream_done(insert));
            } finally {
                lib.chdb_destroy_insert_stream(insert);
            }
        }

        private Result result(Pointer result) throws EngineException {
            if (result == null) {
                throw new EngineException(49, "LOGICAL_ERROR", "The engine gave no result.");
            }
            Pointer error = lib.chdb_result_error(result);
            if (error != null) {
                String message = error.getString(0, UTF8);
                lib.chdb_destroy_query_result(result);
                throw new EngineException(message);
            }
            return new Result(result);
        }

        @Override
        public void close() {
            lib.chdb_close_conn(connection);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Values of placeholders, as C arrays. */
    private static final class Parameters {

        final StringArray names;
        final long[] nameLengths;
        final StringArray values;
        final long[] valueLengths;
        final long count;

        Parameters(Map<String, String> parameters) {
            String[] keys = parameters.keySet().toArray(new String[0]);
            String[] texts = parameters.values().toArray(new String[0]);
            names = new StringArray(keys, UTF8);
            nameLengths = lengths(keys);
            values = new StringArray(texts, UTF8);
            valueLengths = lengths(texts);
            count = keys.length;
        }

        private static long[] lengths(String[] strings) {
            return Arrays.stream(strings).mapToLong(s -> utf8(s).length).toArray();
        }
    }

    /** A result in the engine's memory. */
    final class Result implements AutoCloseable {

        private final Pointer result;

        private Result(Pointer result) {
            this.result = result;
        }

        /** The formatted rows; null where there are none. */
        Pointer data() {
            return lib.chdb_result_buffer(result);
        }

        long length() {
            return lib.chdb_result_length(result);
        }

        /** The counts, as ClickHouse states them in {@code X-ClickHouse-Summary}. */
        String summary() {
            return String.format(
                    Locale.ROOT,
                    "{\"read_rows\":\"%d\",\"read_bytes\":\"%d\",\"written_rows\":\"%d\",\"written_bytes\":\"%d\","
                            + "\"total_rows_to_read\":\"0\",\"result_rows\":\"%d\",\"result_bytes\":\"%d\","
                            + "\"elapsed_ns\":\"%d\"}",
                    lib.chdb_result_storage_rows_read(result),
                    lib.chdb_result_storage_bytes_read(result),
                    lib.chdb_result_rows_written(result),
                    lib.chdb_result_bytes_written(result),
                    lib.chdb_result_rows_read(result),
                    lib.chdb_result_bytes_read(result),
                    (long) (lib.chdb_result_elapsed(result) * 1e9));
        }

        @Override
        public void close() {
            lib.chdb_destroy_query_result(result);
        }
    }
}
