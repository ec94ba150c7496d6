package io.champion.warehouse;

import com.clickhouse.client.api.ServerException;
import io.champion.warehouse.WarehouseException.Kind;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Sorts failures into transient, poison and fatal. Codes are those of ClickHouse's ErrorCodes.cpp;
 * one that is on no list is fatal, because it is for a person to judge.
 */
final class Errors {
    private Errors() {}

    private static final Set<Integer> TRANSIENT =
            Set.of(
                    3, // UNEXPECTED_END_OF_FILE: the request was cut
                    23, // CANNOT_READ_FROM_ISTREAM
                    24, // CANNOT_WRITE_TO_OSTREAM
                    74, // CANNOT_READ_FROM_FILE_DESCRIPTOR
                    75, // CANNOT_WRITE_TO_FILE_DESCRIPTOR
                    86, // RECEIVED_ERROR_FROM_REMOTE_IO_SERVER
                    95, // CANNOT_READ_FROM_SOCKET
                    96, // CANNOT_WRITE_TO_SOCKET
                    159, // TIMEOUT_EXCEEDED
                    160, // TOO_SLOW
                    173, // CANNOT_ALLOCATE_MEMORY
                    198, // DNS_ERROR
                    201, // QUOTA_EXCEEDED
                    202, // TOO_MANY_SIMULTANEOUS_QUERIES
                    203, // NO_FREE_CONNECTION
                    209, // SOCKET_TIMEOUT
                    210, // NETWORK_ERROR
                    216, // QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING: our own earlier attempt
                    225, // NO_ZOOKEEPER
                    236, // ABORTED: shutting down
                    241, // MEMORY_LIMIT_EXCEEDED
                    242, // TABLE_IS_READ_ONLY: a replica without Keeper
                    243, // NOT_ENOUGH_SPACE
                    244, // UNEXPECTED_ZOOKEEPER_ERROR
                    252, // TOO_MANY_PARTS
                    254, // NO_ACTIVE_REPLICAS
                    265, // NO_AVAILABLE_REPLICA
                    279, // ALL_CONNECTION_TRIES_FAILED
                    285, // TOO_FEW_LIVE_REPLICAS
                    286, // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
                    297, // SHARD_HAS_NO_CONNECTIONS
                    319, // UNKNOWN_STATUS_OF_INSERT
                    364, // RECEIVED_ERROR_TOO_MANY_REQUESTS
                    373, // SESSION_IS_LOCKED
                    384, // PART_IS_TEMPORARILY_LOCKED
                    394, // QUERY_WAS_CANCELLED
                    410, // EXTERNAL_SERVER_IS_NOT_RESPONDING
                    416, // REPLICA_STATUS_CHANGED
                    425, // SYSTEM_ERROR
                    439, // CANNOT_SCHEDULE_TASK
                    473, // DEADLOCK_AVOIDED
                    499, // S3_ERROR
                    500, // AZURE_BLOB_STORAGE_ERROR
                    529, // NOT_A_LEADER
                    574, // DISTRIBUTED_TOO_MANY_PENDING_BYTES
                    586, // CANNOT_CREATE_FILE
                    641, // CANNOT_APPEND_TO_FILE
                    667, // NOT_INITIALIZED
                    677, // THREAD_WAS_CANCELED
                    692, // TOO_MANY_MUTATIONS
                    693, // AWS_ERROR
                    696, // ASYNC_LOAD_CANCELED
                    700, // USER_SESSION_LIMIT_EXCEEDED
                    710, // FAULT_INJECTED
                    733, // TABLE_IS_BEING_RESTARTED
                    734, // CANNOT_WRITE_AFTER_BUFFER_CANCELED
                    735, // QUERY_WAS_CANCELLED_BY_CLIENT
                    738, // PART_IS_LOCKED
                    745, // SERVER_OVERLOADED
                    749, // TCP_CONNECTION_LIMIT_REACHED
                    762, // HTTP_CONNECTION_LIMIT_REACHED
                    763, // SESSION_REFUSED
                    999, // KEEPER_EXCEPTION
                    1000, // POCO_EXCEPTION
                    1001, // STD_EXCEPTION
                    1002 // UNKNOWN_EXCEPTION
                    );

    private static final Set<Integer> POISON =
            Set.of(
                    6, // CANNOT_PARSE_TEXT
                    19, // SIZE_OF_FIXED_STRING_DOESNT_MATCH
                    25, // CANNOT_PARSE_ESCAPE_SEQUENCE
                    26, // CANNOT_PARSE_QUOTED_STRING
                    27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
                    33, // CANNOT_READ_ALL_DATA
                    38, // CANNOT_PARSE_DATE
                    41, // CANNOT_PARSE_DATETIME
                    53, // TYPE_MISMATCH
                    69, // ARGUMENT_OUT_OF_BOUND
                    70, // CANNOT_CONVERT_TYPE
                    72, // CANNOT_PARSE_NUMBER
                    117, // INCORRECT_DATA
                    128, // TOO_LARGE_ARRAY_SIZE
                    130, // CANNOT_READ_ARRAY_FROM_TEXT
                    131, // TOO_LARGE_STRING_SIZE
                    153, // ILLEGAL_DIVISION
                    190, // SIZES_OF_ARRAYS_DONT_MATCH
                    321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
                    349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
                    376, // CANNOT_PARSE_UUID
                    395, // FUNCTION_THROW_IF_VALUE_IS_NON_ZERO
                    407, // DECIMAL_OVERFLOW
                    441, // CANNOT_PARSE_DOMAIN_VALUE_FROM_STRING
                    467, // CANNOT_PARSE_BOOL
                    469, // VIOLATED_CONSTRAINT
                    490, // CANNOT_FORMAT_DATETIME
                    563, // CANNOT_READ_MAP_FROM_TEXT
                    632, // UNEXPECTED_DATA_AFTER_PARSED_VALUE
                    675, // CANNOT_PARSE_IPV4
                    676, // CANNOT_PARSE_IPV6
                    691, // UNKNOWN_ELEMENT_OF_ENUM
                    760 // UNICODE_ERROR
                    );

    /** HTTP statuses that a server or a proxy before it gives for a while: timeout, too many. */
    private static final Set<Integer> TRANSIENT_HTTP = Set.of(408, 425, 429);

    static Kind ofCode(int code) {
        return TRANSIENT.contains(code)
                ? Kind.TRANSIENT
                : POISON.contains(code) ? Kind.POISON : Kind.FATAL;
    }

    /**
     * Sorts a failure of the client.
     *
     * @param url endpoint that the statement went to
     */
    static WarehouseException of(Throwable failure, String url) {
        if (failure instanceof WarehouseException known) {
            return known;
        }
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof ServerException server) {
                return ofServer(server, url);
            }
        }
        Kind kind = kindOfClientFailure(failure);
        String message =
                kind == Kind.TRANSIENT
                        ? "ClickHouse at " + url + " did not answer: " + rootMessage(failure)
                        : "The statement could not be sent to ClickHouse at "
                                + url
                                + ": "
                                + rootMessage(failure);
        return new WarehouseException(kind, 0, message, failure);
    }

    private static WarehouseException ofServer(ServerException server, String url) {
        int code = server.getCode();
        int status = server.getTransportProtocolCode();
        Kind kind;
        if (code > 0) {
            kind = ofCode(code);
        } else {
            kind = status >= 500 || TRANSIENT_HTTP.contains(status) ? Kind.TRANSIENT : Kind.FATAL;
        }
        return new WarehouseException(
                kind,
                Math.max(code, 0),
                "ClickHouse at " + url + ": " + server.getMessage(),
                server);
    }

    private static Kind kindOfClientFailure(Throwable failure) {
        boolean network = false;
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof GeneralSecurityException) {
                // A certificate that is refused stays refused, while a torn TLS connection heals.
                return Kind.FATAL;
            }
            network |=
                    t instanceof IOException
                            || t instanceof TimeoutException
                            || t instanceof SSLException
                            || t instanceof com.clickhouse.client.api.ConnectionInitiationException
                            || t instanceof com.clickhouse.client.api.DataTransferException;
        }
        return network ? Kind.TRANSIENT : Kind.FATAL;
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName()
                + (root.getMessage() == null ? "" : ": " + root.getMessage());
    }
}
