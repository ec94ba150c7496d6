package io.champion.bhavcopy;

import io.champion.model.record.DerivativesOhlc;
import io.champion.model.record.RawDerivativesOhlc;
import java.math.BigDecimal;

/** Makes a typed bar of a derivatives row, volumes in units and in contracts. */
final class DerivativesNormalizer {

    private static final String SCHEMA_VERSION = "v1.0.0";

    private DerivativesNormalizer() {}

    static String instrumentId(RawDerivativesOhlc raw, FileFormat format) {
        String future =
                format.exchange()
                        + ":"
                        + raw.getTckrSymb()
                        + ":"
                        + (raw.getOptnTp() == null ? "FUT" : raw.getOptnTp())
                        + ":"
                        + raw.getXpryDt();
        return raw.getOptnTp() == null ? future : future + ":" + strike(raw.getStrkPric());
    }

    private static String strike(double price) {
        long whole = (long) price;
        return whole == price
                ? Long.toString(whole)
                : new BigDecimal(Double.toString(price)).stripTrailingZeros().toPlainString();
    }

    static DerivativesOhlc normalize(RawDerivativesOhlc raw, boolean tradingDay) {
        FileFormat format = FileFormat.ofSource(raw.getSource());
        boolean option = raw.getOptnTp() != null;
        boolean traded = raw.getTtlTradgVol() == null || raw.getTtlTradgVol() > 0;
        DerivativesOhlc bar = new DerivativesOhlc();
        bar.setEventId(raw.getEntityId() + ":" + raw.getTradDt());
        bar.setEventTime(raw.getEventTime());
        bar.setIngestTime(raw.getIngestTime());
        bar.setSource(raw.getSource());
        bar.setSchemaVersion(SCHEMA_VERSION);
        bar.setEntityId(raw.getEntityId());
        bar.setInstrumentId(raw.getEntityId());
        bar.setSymbol(raw.getTckrSymb());
        bar.setExchange(format.exchange());
        bar.setInstrumentType(raw.getFinInstrmTp());
        bar.setContractName(raw.getFinInstrmNm());
        bar.setExpiryDate(raw.getXpryDt());
        bar.setActualExpiryDate(raw.getFininstrmActlXpryDt());
        bar.setOptionType(raw.getOptnTp());
        bar.setStrikePrice(option ? raw.getStrkPric() : null);
        bar.setLotSize(lot(raw));
        bar.setTradeDate(raw.getTradDt());
        bar.setPrevClose(Prices.stated(raw.getPrvsClsgPric()));
        bar.setOpen(traded ? Prices.stated(raw.getOpnPric()) : null);
        bar.setHigh(traded ? Prices.stated(raw.getHghPric()) : null);
        bar.setLow(traded ? Prices.stated(raw.getLwPric()) : null);
        bar.setClose(Prices.stated(raw.getClsPric()));
        bar.setLastPrice(traded ? Prices.stated(raw.getLastPric()) : null);
        bar.setSettlementPrice(raw.getSttlmPric());
        bar.setUnderlyingPrice(Prices.stated(raw.getUndrlygPric()));
        bar.setOpenInterest(raw.getOpnIntrst());
        bar.setChangeInOpenInterest(raw.getChngInOpnIntrst());
        bar.setVolume(units(raw, format));
        bar.setVolumeContracts(contracts(raw, format));
        bar.setTurnover(raw.getTtlTrfVal());
        bar.setTrades(raw.getTtlNbOfTxsExctd());
        bar.setIsTradingDay(tradingDay);
        return bar;
    }

    private static Long lot(RawDerivativesOhlc raw) {
        Long lot = raw.getNewBrdLotQty();
        return lot == null || lot == 0 ? null : lot;
    }

    /** NSE counts contracts. */
    private static Long units(RawDerivativesOhlc raw, FileFormat format) {
        Long volume = raw.getTtlTradgVol();
        if (volume == null || volume == 0 || format.exchange().equals("BSE")) {
            return volume;
        }
        return lot(raw) == null ? null : Long.valueOf(Math.multiplyExact(volume, lot(raw)));
    }

    /** BSE counts units; what is no whole number of contracts is left open. */
    private static Long contracts(RawDerivativesOhlc raw, FileFormat format) {
        Long volume = raw.getTtlTradgVol();
        if (volume == null || volume == 0 || !format.exchange().equals("BSE")) {
            return volume;
        }
        Long lot = lot(raw);
        return lot == null || volume % lot != 0 ? null : Long.valueOf(volume / lot);
    }
}
