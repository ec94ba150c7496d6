package io.champion.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.kafka.RecordDecoder;
import io.champion.kafka.RecordEncoder;
import io.champion.kafka.RegistryException;
import io.champion.kafka.SchemaRegistry;
import io.champion.kafka.WireSchemas;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import java.time.Instant;
import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.containers.Network;

/** A schema registry that keeps its schemas in PostgreSQL, while one and the other go down. */
@RequiresEngine
@Timeout(300)
final class PostgresContainerIT {

    private static final Schema CONTRACT = EquityTrade.getClassSchema();

    private static Network network;
    private static PostgresContainer postgres;
    private static RegistryContainer registry;

    @BeforeAll
    static void start() throws Exception {
        network = Network.newNetwork();
        postgres = new PostgresContainer().withNetwork(network);
        postgres.start();
        registry = new RegistryContainer(postgres);
        registry.start();
    }

    @AfterAll
    static void stop() {
        registry.stop();
        postgres.stop();
        network.close();
    }

    /** As a process that was just started has it: it remembers nothing. */
    private static SchemaRegistry client() {
        return new SchemaRegistry(registry.url());
    }

    private static EquityTrade read(byte[] message) throws Exception {
        return new RecordDecoder<>(EquityTrade.class, new WireSchemas(null, client()))
                .decode(message, new EquityTrade());
    }

    @Test
    void messagesAreReadableAfterTheRegistryAndItsDatabaseLostPower() throws Exception {
        int id = client().register("ticks-value", CONTRACT);
        byte[] message = RecordEncoder.confluent(EquityTrade.class, id).encode(trade());
        assertThat(read(message)).isEqualTo(trade());
        RecordDecoder<EquityTrade> running =
                new RecordDecoder<>(EquityTrade.class, new WireSchemas(null, client()));
        running.decode(message, new EquityTrade());

        registry.kill();
        // Who knows the schema goes on; who does not says that the registry is away, which is no
        // fault of the message.
        assertThat(running.decode(message, new EquityTrade())).isEqualTo(trade());
        assertThatThrownBy(() -> read(message)).isInstanceOf(RegistryException.class);
        postgres.kill();
        postgres.startAgain();
        registry.startAgain();

        assertThat(read(message)).isEqualTo(trade());
        assertThat(client().register("ticks-value", CONTRACT)).isEqualTo(id);
    }

    /** What exactly-once sinks on PostgreSQL rest on. */
    @Test
    void preparedTransactionsOutliveAServerThatLostPower() throws Exception {
        postgres.query("CREATE TABLE rows (n INT PRIMARY KEY)");
        for (String statement :
                List.of("INSERT INTO rows VALUES (1)", "INSERT INTO rows VALUES (2)")) {
            postgres.query(
                    "BEGIN; "
                            + statement
                            + "; PREPARE TRANSACTION '"
                            + statement.replaceAll("\\D", "")
                            + "'");
        }
        postgres.kill();
        postgres.startAgain();

        assertThat(postgres.query("SELECT count(*) FROM rows")).isEqualTo("0");
        assertThat(postgres.query("SELECT gid FROM pg_prepared_xacts ORDER BY gid"))
                .isEqualTo("1\n2");
        postgres.query("COMMIT PREPARED '1'");
        postgres.query("ROLLBACK PREPARED '2'");
        assertThat(postgres.query("SELECT n FROM rows")).isEqualTo("1");
    }

    private static EquityTrade trade() {
        return EquityTrade.newBuilder()
                .setEventId(1L)
                .setEventTime(1_750_219_200_123_456_789L)
                .setIngestTime(Instant.parse("2025-06-18T04:00:01Z"))
                .setSource("test")
                .setEntityId("NSE:M&M:EQ")
                .setSymbol("M&M")
                .setExchange("NSE")
                .setTradeId("1")
                .setSequenceNumber(1L)
                .setKind(TickKind.TRADE)
                .setPrice(1.25)
                .setSize(10.0)
                .build();
    }
}
