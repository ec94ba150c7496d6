package io.champion.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import com.clickhouse.client.api.ClientException;
import com.clickhouse.client.api.ConnectionInitiationException;
import com.clickhouse.client.api.DataTransferException;
import com.clickhouse.client.api.ServerException;
import io.champion.warehouse.WarehouseException.Kind;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorsTest {
    private static final String URL = "http://localhost:8123";

    @ParameterizedTest
    @CsvSource({
        "252, TRANSIENT", // TOO_MANY_PARTS
        "241, TRANSIENT", // MEMORY_LIMIT_EXCEEDED
        "999, TRANSIENT", // KEEPER_EXCEPTION
        "242, TRANSIENT", // TABLE_IS_READ_ONLY
        "236, TRANSIENT", // ABORTED
        "216, TRANSIENT", // QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING
        "6, POISON", // CANNOT_PARSE_TEXT
        "53, POISON", // TYPE_MISMATCH
        "117, POISON", // INCORRECT_DATA
        "407, POISON", // DECIMAL_OVERFLOW
        "469, POISON", // VIOLATED_CONSTRAINT
        "60, FATAL", // UNKNOWN_TABLE
        "81, FATAL", // UNKNOWN_DATABASE
        "497, FATAL", // ACCESS_DENIED
        "516, FATAL", // AUTHENTICATION_FAILED
        "16, FATAL", // NO_SUCH_COLUMN_IN_TABLE
        "123456, FATAL"
    })
    void sortsServerErrorsByCode(int code, Kind kind) {
        WarehouseException sorted =
                Errors.of(
                        new ExecutionException(new ServerException(code, "said so", 500, "q")),
                        URL);
        assertThat(sorted.kind()).isEqualTo(kind);
        assertThat(sorted.code()).isEqualTo(code);
        assertThat(sorted).hasMessageContaining("said so").hasMessageContaining(URL);
    }

    @ParameterizedTest
    @CsvSource({"502, TRANSIENT", "503, TRANSIENT", "429, TRANSIENT", "403, FATAL", "404, FATAL"})
    void sortsProxyErrorsByStatus(int status, Kind kind) {
        assertThat(Errors.of(new ServerException(0, "Bad gateway", status, "q"), URL).kind())
                .isEqualTo(kind);
    }

    @Test
    void theNetworkIsTransient() {
        assertThat(Errors.of(new ConnectionInitiationException("refused"), URL).kind())
                .isEqualTo(Kind.TRANSIENT);
        assertThat(Errors.of(new DataTransferException("reset"), URL).kind())
                .isEqualTo(Kind.TRANSIENT);
        assertThat(
                        Errors.of(
                                        new ClientException(
                                                "failed", new SocketTimeoutException("Read")),
                                        URL)
                                .kind())
                .isEqualTo(Kind.TRANSIENT);
    }

    @Test
    void aRefusedCertificateIsNot() {
        SSLHandshakeException refused = new SSLHandshakeException("no trust");
        refused.initCause(new CertificateException("no path"));
        assertThat(Errors.of(new ConnectionInitiationException("tls", refused), URL).kind())
                .isEqualTo(Kind.FATAL);
    }

    @Test
    void aMistakeInTheRequestIsFatal() {
        assertThat(Errors.of(new IllegalArgumentException("null table"), URL).kind())
                .isEqualTo(Kind.FATAL);
    }
}
