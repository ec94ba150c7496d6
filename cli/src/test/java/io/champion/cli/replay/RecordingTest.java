package io.champion.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.champion.model.record.EquityTrade;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {

    private static final String LOBSTER = "ACME_2012-06-21_34200000_57600000_message_10.csv";

    @TempDir private Path directory;

    private final ReplayCount count = new ReplayCount();

    @Test
    void executionsOfALobsterFileAreTrades() throws IOException {
        Path file =
                write(
                        LOBSTER,
                        "34200.004241176,1,16113575,18,5853300,1",
                        "34200.25,4,16113575,18,5853300,1",
                        "34200.250000000999,5,0,7,5853350,-1",
                        "34201,6,-1,1000,5853350,-1",
                        "34202,3,16113575,18,5853300,1");

        List<EquityTrade> trades = read(file);

        assertThat(trades)
                .extracting(EquityTrade::getPrice)
                .containsExactly(585.33, 585.335, 585.335);
        assertThat(trades).extracting(EquityTrade::getSize).containsExactly(18.0, 7.0, 1000.0);
        assertThat(trades).extracting(EquityTrade::getSide).containsExactly("SELL", "BUY", null);
        assertThat(trades)
                .extracting(trade -> instant(trade.getEventTime()))
                .containsExactly(
                        Instant.parse("2012-06-21T13:30:00.25Z"),
                        Instant.parse("2012-06-21T13:30:00.250000001Z"),
                        Instant.parse("2012-06-21T13:30:01Z"));
        assertThat(trades).extracting(EquityTrade::getEntityId).containsOnly("NASDAQ:ACME");
        assertThat(trades)
                .extracting(EquityTrade::getSequenceNumber)
                .doesNotHaveDuplicates()
                .isSorted();
        assertThat(trades).extracting(EquityTrade::getTradeId).doesNotHaveDuplicates();
        assertThat(count.others()).isEqualTo(2);
        assertThat(count.rejects()).isZero();
    }

    @Test
    void filesOfOneDayContinueEachOthersNumbers() throws IOException {
        String line = "36000.5,4,1,18,5853300,1";
        EquityTrade first = read(write(LOBSTER, line)).get(0);
        EquityTrade second =
                read(write("ACME_2012-06-21_36000000_57600000_message_10.csv", line)).get(0);
        assertThat(second.getSequenceNumber()).isGreaterThan(first.getSequenceNumber());
        assertThat(second.getEventTime()).isEqualTo(first.getEventTime());
    }

    @Test
    void badLinesOfALobsterFileAreRejectsWithLineAndField() throws IOException {
        Path file =
                write(
                        LOBSTER,
                        "34200.25,4,16113575,18,5853300,1",
                        "34200.25,4,16113575,18,5853300",
                        "midnight,4,16113575,18,5853300,1",
                        "34200.,4,16113575,18,5853300,1",
                        "34200.25,9,16113575,18,5853300,1",
                        "34200.25,4,16113575,0,5853300,1",
                        "34200.25,4,16113575,18,-1,1",
                        "");

        assertThat(read(file)).hasSize(1);
        assertThat(count.rejects()).isEqualTo(7);
        assertThat(count.read()).isEqualTo(8);
        assertThat(count.shownRejects())
                .allSatisfy(reject -> assertThat(reject).startsWith(file + ", line "))
                .satisfiesExactly(
                        r -> assertThat(r).contains("line 2: There are 5 fields"),
                        r -> assertThat(r).contains("line 3: The time 'midnight'"),
                        r -> assertThat(r).contains("line 4: The time '34200.'"),
                        r -> assertThat(r).contains("line 5: The type '9'"),
                        r -> assertThat(r).contains("line 6: The size '0'"),
                        r -> assertThat(r).contains("line 7: The price '-1'"),
                        r -> assertThat(r).contains("line 8: The line is empty"));
    }

    private static final String SPOT =
            "1723161254087896568 {\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",\"E\":1723161255343,"
                    + "\"s\":\"BTCUSDT\",\"t\":3735683259,\"p\":\"61837.63000000\",\"q\":\"0.02000000\","
                    + "\"T\":1723161255342,\"m\":true,\"M\":true}}";
    private static final String FUTURE =
            "1723161255088176367 {\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",\"E\":1723161256322,"
                    + "\"T\":1723161256322,\"s\":\"BTCUSDT\",\"t\":5266583935,\"p\":\"61800.30\",\"q\":\"0.006\","
                    + "\"X\":\"MARKET\",\"m\":false}}";

    @Test
    void tradesOfABinanceCaptureAreTicks() throws IOException {
        Path file =
                write(
                        "capture.txt",
                        "1723161254087891268 {\"stream\":\"btcusdt@bookTicker\",\"data\":{\"u\":1,\"s\":\"BTCUSDT\"}}",
                        "1723161254087891269 {\"lastUpdateId\":1,\"bids\":[],\"asks\":[]}",
                        SPOT,
                        FUTURE);

        List<EquityTrade> trades = read(file);

        assertThat(count.others()).isEqualTo(2);
        assertThat(trades)
                .extracting(EquityTrade::getEntityId)
                .containsExactly("BINANCE:BTCUSDT", "BINANCE:BTCUSDT:USDM");
        EquityTrade spot = trades.get(0);
        assertThat(instant(spot.getEventTime())).isEqualTo("2024-08-08T23:54:15.342Z");
        assertThat(spot.getReceiveTime()).isEqualTo(1723161254087896568L);
        assertThat(spot.getPrice()).isEqualTo(61837.63);
        assertThat(spot.getSize()).isEqualTo(0.02);
        assertThat(spot.getSequenceNumber()).isEqualTo(3735683259L);
        assertThat(trades).extracting(EquityTrade::getSide).containsExactly("SELL", "BUY");
    }

    @Test
    void badLinesOfABinanceCaptureAreRejects() throws IOException {
        Path file =
                write(
                        "capture.txt",
                        SPOT,
                        "yesterday {}",
                        SPOT.substring(0, 100),
                        SPOT.replace("\"T\":1723161255342", "\"T\":\"now\""),
                        SPOT.replace("61837.63000000", "-1"),
                        SPOT.replace("0.02000000", "NaN"),
                        SPOT.replace("BTCUSDT", ""),
                        SPOT.replace("\"m\":true,", ""),
                        SPOT.replaceFirst("\\d{19}", "9999999999999999999"));

        assertThat(read(file)).hasSize(1);
        assertThat(count.shownRejects())
                .satisfiesExactly(
                        r -> assertThat(r).contains("line 2: 'yesterday {}'"),
                        r -> assertThat(r).contains("line 3: The message is no JSON"),
                        r -> assertThat(r).contains("line 4: The number 'T' of the trade is 'now'"),
                        r -> assertThat(r).contains("line 5: The amount 'p' of the trade is '-1'"),
                        r -> assertThat(r).contains("line 6: The amount 'q' of the trade is 'NaN'"),
                        r -> assertThat(r).contains("line 7: The trade has no symbol"),
                        r -> assertThat(r).contains("line 8: The trade does not say"),
                        r -> assertThat(r).contains("line 9: The receive time"));
    }

    @Test
    void gzippedFilesAreRead() throws IOException {
        Path file = directory.resolve(LOBSTER + ".gz");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(
                    "34200.25,4,16113575,18,5853300,1\r\n"
                            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        assertThat(read(file)).hasSize(1);
    }

    @Test
    void aFileThatBreaksOffSaysWhere() throws IOException {
        Path whole = directory.resolve("whole.gz");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(whole))) {
            out.write(
                    (SPOT + "\n" + FUTURE + "\n")
                            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        byte[] bytes = Files.readAllBytes(whole);
        Path broken = directory.resolve("broken.gz");
        Files.write(broken, Arrays.copyOf(bytes, bytes.length - 20));
        assertThatThrownBy(() -> read(broken))
                .isInstanceOf(RecordingException.class)
                .hasMessageContaining("broken.gz cannot be read at line ");
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        Path readme = write("readme.txt", "LOBSTER | academic data.");
        assertThatThrownBy(() -> read(readme))
                .hasMessageContaining("no recording of a known format");
        Path empty = Files.createFile(directory.resolve("empty"));
        assertThatThrownBy(() -> read(empty))
                .hasMessageContaining("no recording of a known format");
        assertThatThrownBy(() -> read(directory.resolve("absent")))
                .hasMessageContaining("There is no file");
        Path undated = write("ACME_2012-13-21_34200000_57600000_message_10.csv", "");
        assertThatThrownBy(() -> read(undated)).hasMessageContaining("holds no date: 2012-13-21");
    }

    @Test
    void theRealLobsterSampleHasItsExecutions() throws IOException {
        Path file = real("lobster/AAPL_2012-06-21_34200000_37800000_message_50.csv.gz");
        List<EquityTrade> trades = read(file);
        assertThat(trades).hasSize(6268);
        assertThat(count.others()).isEqualTo(85729);
        assertThat(count.rejects()).isZero();
        assertThat(trades).extracting(EquityTrade::getEventTime).isSorted();
    }

    @Test
    void theRealBinanceCapturesHaveTheirTrades() throws IOException {
        assertThat(read(real("crypto_l2_binance/spot/btcusdt_20240808.gz"))).hasSize(9757);
        assertThat(read(real("crypto_l2_binance/usdm/btcusdt_20240808_first15000.gz")))
                .hasSize(2394);
        assertThat(count.read()).isEqualTo(41_249 + 15_000);
        assertThat(count.rejects()).isZero();
    }

    static Path real(String name) {
        String data = System.getenv().getOrDefault("CHAMPION_REAL_DATA", "../../shared/data");
        Path file = Path.of(data, name);
        assumeThat(file).exists();
        return file;
    }

    private List<EquityTrade> read(Path file) throws IOException {
        List<EquityTrade> trades = new ArrayList<>();
        try (Recording recording = Recording.open(file, 0)) {
            EquityTrade trade;
            while ((trade = recording.next(count)) != null) {
                trades.add(trade);
            }
        }
        return trades;
    }

    private Path write(String name, String... lines) throws IOException {
        return Files.write(directory.resolve(name), Arrays.asList(lines));
    }

    private static Instant instant(long nanos) {
        return Instant.ofEpochSecond(0, nanos);
    }
}
