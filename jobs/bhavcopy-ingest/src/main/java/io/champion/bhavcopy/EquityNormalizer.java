package io.champion.bhavcopy;

import io.champion.model.record.EquityOhlc;
import io.champion.model.record.RawEquityOhlc;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Makes one typed bar in shares and INR out of the rows that the sources have of an instrument and
 * session.
 */
final class EquityNormalizer {

    private static final String SCHEMA_VERSION = "v1.0.0";

    /** A lakh is 100,000. */
    private static final int LAKH = 5;

    private static final Set<String> RANGE = Set.of("open", "high", "low");

    private EquityNormalizer() {}

    static String instrumentId(RawEquityOhlc raw, FileFormat format) {
        // Scrip codes tell BSE's securities apart; its tickers are not in every source.
        return format.exchange()
                + ":"
                + (format.exchange().equals("BSE") ? raw.getFinInstrmId() : raw.getTckrSymb())
                + ":"
                + raw.getSctySrs();
    }

    static EquityOhlc normalize(RawEquityOhlc raw, boolean tradingDay) {
        FileFormat format = FileFormat.ofSource(raw.getSource());
        Map<String, String> others = raw.getOtherColumns();
        boolean traded = raw.getTtlTradgVol() == null || raw.getTtlTradgVol() > 0;
        EquityOhlc bar = new EquityOhlc();
        bar.setEventId(raw.getEntityId() + ":" + raw.getTradDt());
        bar.setEventTime(raw.getEventTime());
        bar.setIngestTime(raw.getIngestTime());
        bar.setSource(raw.getSource());
        bar.setSchemaVersion(SCHEMA_VERSION);
        bar.setEntityId(raw.getEntityId());
        bar.setInstrumentId(raw.getEntityId());
        bar.setSymbol(
                raw.getTckrSymb() != null
                        ? raw.getTckrSymb()
                        : String.valueOf(raw.getFinInstrmId()));
        bar.setExchange(format.exchange());
        bar.setIsin(raw.getISIN());
        bar.setInstrumentType(raw.getFinInstrmTp());
        bar.setSeries(raw.getSctySrs());
        bar.setName(raw.getFinInstrmNm());
        bar.setTradeDate(raw.getTradDt());
        bar.setPrevClose(Prices.stated(raw.getPrvsClsgPric()));
        bar.setOpen(traded ? Prices.stated(raw.getOpnPric()) : null);
        bar.setHigh(traded ? Prices.stated(raw.getHghPric()) : null);
        bar.setLow(traded ? Prices.stated(raw.getLwPric()) : null);
        bar.setClose(Prices.stated(raw.getClsPric()));
        bar.setLastPrice(Prices.stated(raw.getLastPric()));
        bar.setSettlementPrice(raw.getSttlmPric());
        bar.setAveragePrice(Prices.stated(amount(others.get("AVG_PRICE"), 0)));
        bar.setVolume(raw.getTtlTradgVol());
        bar.setTurnover(
                raw.getTtlTrfVal() != null
                        ? raw.getTtlTrfVal()
                        : amount(others.get("TURNOVER_LACS"), LAKH));
        bar.setTrades(raw.getTtlNbOfTxsExctd());
        bar.setDeliveryVolume(count(others.get("DELIV_QTY")));
        bar.setDeliveryPercent(amount(others.get("DELIV_PER"), 0));
        bar.setAdjustmentFactor(1.0);
        bar.setIsTradingDay(tradingDay);
        return bar;
    }

    /** Fills what a bar lacks from the same bar of a source of lower precedence. */
    static void merge(EquityOhlc bar, EquityOhlc other) {
        // Beside a volume, no open, high and low means that there were none.
        boolean open = bar.getVolume() == null;
        for (Schema.Field field : EquityOhlc.getClassSchema().getFields()) {
            if (bar.get(field.pos()) == null && (open || !RANGE.contains(field.name()))) {
                bar.put(field.pos(), other.get(field.pos()));
            }
        }
        // A scrip code stands in for the symbol only where no source has one.
        String scripCode = bar.getInstrumentId().split(":", -1)[1];
        if (bar.getSymbol().equals(scripCode)) {
            bar.setSymbol(other.getSymbol());
        }
        bar.setSource(bar.getSource() + "+" + other.getSource());
        if (other.getIngestTime().isAfter(bar.getIngestTime())) {
            bar.setIngestTime(other.getIngestTime());
        }
    }

    private static Double amount(String text, int timesTenTo) {
        return text == null || text.equals("-") ? null : Decimals.toDouble(text, timesTenTo);
    }

    private static Long count(String text) {
        return text == null || text.equals("-") ? null : Decimals.toLong(text);
    }
}
