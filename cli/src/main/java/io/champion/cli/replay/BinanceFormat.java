package io.champion.cli.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Lines of a capture of Binance's combined streams: when the line was received, in nanoseconds, a
 * blank, and the message. Messages of {@code @trade} streams are trades; a spot trade has no
 * series, and one of USD-margined futures, which says by {@code X} what kind of order it was, has
 * {@code USDM}, so that two instruments of one symbol stay two.
 *
 * @see <a
 *     href="https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams">Binance:
 *     web socket streams</a>
 */
final class BinanceFormat implements Recording.Format {

    private static final Pattern LINE = Pattern.compile("\\d{19} \\{.*");
    private static final int RECEIVE_TIME_DIGITS = 19;
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final String SOURCE = "binance";
    private static final String EXCHANGE = "BINANCE";
    private static final String FUTURES = "USDM";
    private static final long MILLISECOND = 1_000_000L;

    private final Instant ingestTime;

    BinanceFormat(long ingestTime) {
        this.ingestTime = Instant.ofEpochMilli(ingestTime);
    }

    /**
     * @param first the file's first line, or null if it has none
     */
    static boolean recognizes(String first) {
        return first != null && LINE.matcher(first).matches();
    }

    @Override
    public EquityTrade read(String text, long line) throws BadLineException {
        if (!LINE.matcher(text).matches()) {
            throw new BadLineException(
                    "'"
                            + Text.excerpt(text)
                            + "' is no receive time of 19 digits, blank and JSON.");
        }
        JsonNode message;
        try {
            message = JSON.readTree(text.substring(RECEIVE_TIME_DIGITS + 1));
        } catch (JsonProcessingException e) {
            throw new BadLineException("The message is no JSON: " + e.getOriginalMessage() + ".");
        }
        JsonNode trade = message.path("data");
        if (!"trade".equals(trade.path("e").asText())) {
            return null;
        }
        String symbol = trade.path("s").asText();
        if (symbol.isEmpty()) {
            throw new BadLineException("The trade has no symbol 's'.");
        }
        if (!trade.path("m").isBoolean()) {
            throw new BadLineException("The trade does not say by 'm' who the maker was.");
        }
        String series = trade.has("X") ? FUTURES : "";
        long id = number(trade, "t");
        return EquityTrade.newBuilder()
                .setEventId(id)
                .setEventTime(Math.multiplyExact(number(trade, "T"), MILLISECOND))
                .setIngestTime(ingestTime)
                .setSource(SOURCE)
                .setEntityId(ReplayedMessage.instrument(EXCHANGE, symbol, series))
                .setSymbol(symbol)
                .setExchange(EXCHANGE)
                .setSeries(series)
                .setTradeId(Long.toString(id))
                .setSequenceNumber(id)
                .setKind(TickKind.TRADE)
                .setReceiveTime(receiveTime(text))
                .setPrice(amount(trade, "p"))
                .setSize(amount(trade, "q"))
                .setSide(trade.path("m").asBoolean() ? "SELL" : "BUY")
                .setConditions(List.of())
                .build();
    }

    private static long receiveTime(String text) throws BadLineException {
        String digits = text.substring(0, RECEIVE_TIME_DIGITS);
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new BadLineException("The receive time '" + digits + "' is out of range.");
        }
    }

    private static long number(JsonNode trade, String field) throws BadLineException {
        JsonNode value = trade.path(field);
        // Ten digits of milliseconds beyond this do not fit into nanoseconds.
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.asLong() < 0
                || value.asLong() > Long.MAX_VALUE / MILLISECOND) {
            throw new BadLineException(
                    "The number '" + field + "' of the trade is '" + value.asText() + "'.");
        }
        return value.asLong();
    }

    private static double amount(JsonNode trade, String field) throws BadLineException {
        String text = trade.path(field).asText();
        try {
            double amount = Double.parseDouble(text);
            if (amount > 0 && amount < Double.POSITIVE_INFINITY) {
                return amount;
            }
        } catch (NumberFormatException e) {
            // Says what an amount that cannot be says.
        }
        throw new BadLineException(
                "The amount '" + field + "' of the trade is '" + Text.excerpt(text) + "'.");
    }
}
