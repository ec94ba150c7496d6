package io.champion.adjust;

import io.champion.model.record.CorporateAction;
import io.champion.model.record.CorporateActionType;
import io.champion.model.record.EquityOhlc;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Makes bars and actions. */
final class Bars {
    static final Instant INGESTED = Instant.parse("2030-01-01T00:00:00Z");

    private Bars() {}

    static LocalDate day(int day) {
        return LocalDate.of(2030, 1, 1).plusDays(day - 1L);
    }

    /** A bar that opens and closes at given prices. */
    static EquityOhlc bar(
            String instrument, LocalDate day, Double previous, double open, double close) {
        String[] names = instrument.split(":");
        return EquityOhlc.newBuilder()
                .setEventId("normalized:" + instrument + ":" + day)
                .setEventTime(day.atStartOfDay(ZoneOffset.UTC).toInstant())
                .setIngestTime(INGESTED)
                .setSource("nse_sec_bhavdata_full")
                .setEntityId(instrument)
                .setInstrumentId(instrument)
                .setExchange(names[0])
                .setSymbol(names[1])
                .setSeries(names[2])
                .setTradeDate(day)
                .setPrevClose(previous)
                .setOpen(open)
                .setHigh(Math.max(open, close))
                .setLow(Math.min(open, close))
                .setClose(close)
                .setVolume(1001L)
                .setTurnover(1001 * close)
                .setTrades(7L)
                .setIsTradingDay(true)
                .build();
    }

    /** An action as the exchange's file gives it. */
    static CorporateAction action(
            String instrument, LocalDate exDate, CorporateActionType type, double... ratio) {
        String[] names = instrument.split(":");
        return CorporateAction.newBuilder()
                .setEventId("nse_bc:" + instrument + ":" + exDate + ":" + type)
                .setEventTime(exDate.atStartOfDay(ZoneOffset.UTC).toInstant())
                .setIngestTime(INGESTED)
                .setSource("nse_bc")
                .setEntityId(names[0] + ":" + names[1])
                .setSymbol(names[1])
                .setExchange(names[0])
                .setSeries(names.length > 2 ? names[2] : "")
                .setInstrumentId(instrument)
                .setActionType(type)
                .setPurpose(type.name())
                .setExDate(exDate)
                .setRatioNew(ratio.length > 1 ? ratio[0] : null)
                .setRatioOld(ratio.length > 1 ? ratio[1] : null)
                .build();
    }

    static CorporateAction dividend(
            String instrument, LocalDate exDate, double amount, String kind) {
        CorporateAction action = action(instrument, exDate, CorporateActionType.DIVIDEND);
        action.setAmount(amount);
        action.setEventId(action.getEventId() + ":" + kind);
        return action;
    }

    /** The same as a person lists it. */
    static CorporateAction listed(CorporateAction action) {
        CorporateAction listed = CorporateAction.newBuilder(action).build();
        listed.setSource("corporate_actions_csv");
        listed.setEventId(action.getEventId().replace("nse_bc:", "corporate_actions_csv:"));
        return listed;
    }
}
