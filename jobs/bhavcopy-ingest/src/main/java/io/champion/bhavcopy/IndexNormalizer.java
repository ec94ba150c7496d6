package io.champion.bhavcopy;

import io.champion.model.record.IndexOhlc;
import io.champion.model.record.RawIndexOhlc;

/** Makes a typed bar of an index row. */
final class IndexNormalizer {

    private static final String SCHEMA_VERSION = "v1.0.0";

    private IndexNormalizer() {}

    static IndexOhlc normalize(RawIndexOhlc raw, boolean tradingDay) {
        IndexOhlc bar = new IndexOhlc();
        bar.setEventId(raw.getEntityId() + ":" + raw.getTradeDate());
        bar.setEventTime(raw.getEventTime());
        bar.setIngestTime(raw.getIngestTime());
        bar.setSource(raw.getSource());
        bar.setSchemaVersion(SCHEMA_VERSION);
        bar.setEntityId(raw.getEntityId());
        bar.setInstrumentId(raw.getEntityId());
        bar.setIndexName(raw.getSECURITY());
        bar.setExchange(FileFormat.ofSource(raw.getSource()).exchange());
        bar.setTradeDate(raw.getTradeDate());
        bar.setPrevClose(Prices.stated(raw.getPREVCLPR()));
        bar.setOpen(Prices.stated(raw.getOPENPRICE()));
        bar.setHigh(Prices.stated(raw.getHIGHPRICE()));
        bar.setLow(Prices.stated(raw.getLOWPRICE()));
        bar.setClose(Prices.stated(raw.getCLOSEPRICE()));
        // 0 says that the exchange gives none: most indices have it.
        bar.setVolume(positive(raw.getNETTRDQTY()));
        bar.setTurnover(Prices.stated(raw.getNETTRDVAL()));
        bar.setTrades(positive(raw.getTRADES()));
        bar.setHigh52Week(Prices.stated(raw.getHI52WK()));
        bar.setLow52Week(Prices.stated(raw.getLO52WK()));
        bar.setIsTradingDay(tradingDay);
        return bar;
    }

    private static Long positive(Long count) {
        return count == null || count == 0 ? null : count;
    }
}
