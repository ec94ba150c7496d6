package io.champion.bhavcopy;

import static io.champion.bhavcopy.Ingested.fixture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.champion.model.record.DerivativesOhlc;
import io.champion.model.record.EquityOhlc;
import io.champion.model.record.IndexOhlc;
import io.champion.model.record.RawDerivativesOhlc;
import io.champion.model.record.RawEquityOhlc;
import io.champion.model.record.RawIndexOhlc;
import io.champion.model.record.Reject;
import io.champion.model.record.SymbolMaster;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every format, each with the oddities of its real files, from hand-made ones. */
class FormatsTest {

    private static final LocalDate DAY = LocalDate.of(2030, 1, 7);

    @Test
    void udiffCashSegmentKeepsItsColumnsAndTellsSeriesApart() throws IOException {
        Ingested ingested = Ingested.of(fixture("BhavCopy_NSE_CM_0_0_0_20300107_F_0000.csv"));

        RawEquityOhlc raw = ingested.rawEquity("nse_udiff_cm:NSE:ALPHA:EQ:2030-01-07");
        assertThat(raw.getTradDt()).isEqualTo(DAY);
        assertThat(raw.getFinInstrmId()).isEqualTo(101);
        assertThat(raw.getFinInstrmNm()).isEqualTo("ALPHA  WORKS LTD");
        assertThat(raw.getXpryDt()).isNull();
        assertThat(raw.getRsvd4()).isNull();
        assertThat(raw.getOtherColumns()).isEmpty();
        assertThat(raw.getSourceFile()).isEqualTo("BhavCopy_NSE_CM_0_0_0_20300107_F_0000.csv");
        assertThat(raw.getSourceLine()).isEqualTo(2);
        assertThat(raw.getEventTime()).isEqualTo(Instant.parse("2030-01-07T00:00:00Z"));
        assertThat(raw.getIngestTime()).isEqualTo(Ingested.START);

        assertThat(ingested.all(EquityOhlc.class)).hasSize(5);
        EquityOhlc eq = ingested.equity("NSE:ALPHA:EQ");
        assertThat(eq.getEventId()).isEqualTo("NSE:ALPHA:EQ:2030-01-07");
        assertThat(eq.getSource()).isEqualTo("nse_udiff_cm");
        assertThat(eq.getIsin()).isEqualTo(ingested.equity("NSE:ALPHA:BL").getIsin());
        assertThat(eq.getClose()).isEqualTo(105.25);
        assertThat(eq.getSettlementPrice()).isEqualTo(105.30);
        assertThat(eq.getVolume()).isEqualTo(1000);
        assertThat(eq.getTurnover()).isEqualTo(103250.75);
        assertThat(eq.getDeliveryVolume()).isNull();
        assertThat(eq.getAdjustmentFactor()).isEqualTo(1.0);
        assertThat(eq.getIsTradingDay()).isTrue();
        assertThat(ingested.equity("NSE:BETA&CO:N3").getName()).isEqualTo("8.5%BETA&CO 2031");
    }

    @Test
    void sameDaySettlementMayCloseOutsideItsRange() throws IOException {
        Ingested ingested = Ingested.of(fixture("BhavCopy_NSE_CM_0_0_0_20300107_F_0000.csv"));
        assertThat(ingested.equity("NSE:ALPHA:T0").getClose()).isEqualTo(102.50);
        assertThat(ingested.accounting().warnings()).containsEntry("close_outside_range", 1L);
    }

    @Test
    void whatDidNotTradeHasNoOpenHighAndLow() throws IOException {
        Ingested ingested = Ingested.of(fixture("BhavCopy_NSE_CM_0_0_0_20300107_F_0000.csv"));
        EquityOhlc untraded = ingested.equity("NSE:GAMMA-X:BE");
        assertThat(untraded.getOpen()).isNull();
        assertThat(untraded.getClose()).isNull();
        assertThat(untraded.getPrevClose()).isEqualTo(55.0);
        assertThat(untraded.getVolume()).isZero();
    }

    @Test
    void bseCashSegmentIsToldApartByScripCode() throws IOException {
        Ingested ingested = Ingested.of(fixture("BhavCopy_BSE_CM_0_0_0_20300107_F_0000.CSV"));
        EquityOhlc bar = ingested.equity("BSE:500101:A");
        assertThat(bar.getSymbol()).isEqualTo("ALPHA");
        assertThat(bar.getExchange()).isEqualTo("BSE");
    }

    @Test
    void nseDerivativesCountContractsAndUntradedOnesHaveNoPrices() throws IOException {
        Ingested ingested = Ingested.of(fixture("BhavCopy_NSE_FO_0_0_0_20300107_F_0000.csv"));
        assertThat(ingested.all(RawDerivativesOhlc.class)).hasSize(4);

        DerivativesOhlc future = ingested.derivative("NSE:ALPHA:FUT:2030-01-31");
        assertThat(future.getVolumeContracts()).isEqualTo(40);
        assertThat(future.getVolume()).isEqualTo(10_000);
        assertThat(future.getLotSize()).isEqualTo(250);
        assertThat(future.getStrikePrice()).isNull();
        assertThat(future.getChangeInOpenInterest()).isEqualTo(-2500);

        DerivativesOhlc untraded = ingested.derivative("NSE:ALPHA:CE:2030-01-31:187.5");
        assertThat(untraded.getOpen()).isNull();
        assertThat(untraded.getHigh()).isNull();
        assertThat(untraded.getLow()).isNull();
        assertThat(untraded.getLastPrice()).isNull();
        assertThat(untraded.getClose()).isEqualTo(11.65);
        assertThat(untraded.getVolume()).isZero();
        assertThat(untraded.getActualExpiryDate()).isEqualTo(LocalDate.of(2030, 1, 30));

        DerivativesOhlc expiring = ingested.derivative("NSE:INDEXY:PE:2030-01-07:25000");
        assertThat(expiring.getClose()).isEqualTo(1991.10);
        assertThat(expiring.getSettlementPrice()).isEqualTo(0.0);
        assertThat(expiring.getVolume()).isEqualTo(700);

        RawDerivativesOhlc raw =
                ingested.rawDerivative("nse_udiff_fo:NSE:ALPHA:CE:2030-01-31:187.5:2030-01-07");
        assertThat(raw.getOpnPric()).isEqualTo(0.0);
    }

    @Test
    void aDerivativeMayTradeWithoutOpenHighAndLow() throws IOException {
        Ingested ingested = Ingested.of(fixture("BhavCopy_NSE_FO_0_0_0_20300107_F_0000.csv"));
        DerivativesOhlc future = ingested.derivative("NSE:BETA&CO:FUT:2030-01-31");
        assertThat(future.getHigh()).isNull();
        assertThat(future.getClose()).isEqualTo(1735.0);
        assertThat(future.getVolume()).isEqualTo(350);
        assertThat(ingested.accounting().warnings())
                .containsEntry("traded_without_high_and_low", 1L);
    }

    @Test
    void bseDerivativesCountUnits() throws IOException {
        Ingested ingested = Ingested.of(fixture("BhavCopy_BSE_FO_0_0_0_20300107_F_0000.CSV"));
        DerivativesOhlc option = ingested.derivative("BSE:INDEXB:CE:2030-01-08:89200");
        assertThat(option.getVolume()).isEqualTo(600);
        assertThat(option.getVolumeContracts()).isEqualTo(30);
        DerivativesOhlc odd = ingested.derivative("BSE:INDEXB:FUT:2030-01-29");
        assertThat(odd.getVolume()).isEqualTo(30);
        assertThat(odd.getVolumeContracts()).isNull();
    }

    @Test
    void secBhavdataHasDeliveriesAndTurnoverInLakhs() throws IOException {
        Ingested ingested = Ingested.of(fixture("sec_bhavdata_full_07012030.csv"));

        RawEquityOhlc raw = ingested.rawEquity("nse_sec_bhavdata_full:NSE:GAMMA-X:BE:2030-01-07");
        assertThat(raw.getLastPric()).isNull();
        assertThat(raw.getTtlTrfVal()).isNull();
        assertThat(raw.getOtherColumns())
                .isEqualTo(
                        Map.of(
                                "AVG_PRICE", "55.25",
                                "TURNOVER_LACS", "0.11",
                                "DELIV_QTY", "-",
                                "DELIV_PER", "-"));

        assertThat(ingested.equity("NSE:GAMMA-X:BE").getDeliveryVolume()).isNull();
        assertThat(ingested.equity("NSE:GAMMA-X:BE").getDeliveryPercent()).isNull();
        EquityOhlc alpha = ingested.equity("NSE:ALPHA:EQ");
        assertThat(alpha.getDeliveryVolume()).isEqualTo(450);
        assertThat(alpha.getDeliveryPercent()).isEqualTo(45.0);
        assertThat(alpha.getAveragePrice()).isEqualTo(103.25);
        assertThat(alpha.getTurnover()).isEqualTo(103_000.0);
        assertThat(ingested.equity("NSE:DELTA:EQ").getTurnover()).isEqualTo(1_234_000.0);
    }

    @Test
    void quotedSecBhavdataIsTheSame() throws IOException {
        Ingested ingested = Ingested.of(fixture("sec_bhavdata_full_quoted.csv"));
        EquityOhlc bar = ingested.equity("NSE:ALPHA:EQ");
        assertThat(bar.getTradeDate()).isEqualTo(DAY);
        assertThat(bar.getDeliveryVolume()).isEqualTo(450);
    }

    @Test
    void legacyFilesHaveTwelveToSixteenColumns() throws IOException {
        Ingested fourteen = Ingested.of(fixture("cm07JAN2030bhav.csv"));
        assertThat(fourteen.equity("NSE:ALPHA:EQ").getTurnover()).isEqualTo(103250.75);
        assertThat(fourteen.equity("NSE:ALPHA:EQ").getTrades()).isEqualTo(42);
        assertThat(fourteen.equity("NSE:BETA&CO:NT").getLastPrice()).isNull();

        Ingested twelve = Ingested.of(fixture("cm12columns.csv"));
        EquityOhlc old = twelve.equity("NSE:OLDONE:EQ");
        assertThat(old.getTradeDate()).isEqualTo(LocalDate.of(1994, 11, 3));
        assertThat(old.getIsin()).isNull();
        assertThat(old.getTrades()).isNull();
        assertThat(old.getLastPrice()).isNull();
        assertThat(old.getOpen()).as("in the nineties often the previous close").isEqualTo(715);
        assertThat(twelve.accounting().warnings()).containsEntry("open_outside_range", 1L);
        EquityOhlc bare = twelve.equity("NSE:OLDTWO:BE");
        assertThat(bare.getHigh()).isNull();
        assertThat(bare.getClose()).isEqualTo(430);
        assertThat(bare.getPrevClose()).isNull();

        Ingested thirteen = Ingested.of(fixture("cm13columns.csv"));
        assertThat(thirteen.equity("NSE:ALPHA:EQ").getIsin()).isEqualTo("INE000A01011");

        Ingested sixteen = Ingested.of(fixture("cm16columns.csv"));
        assertThat(sixteen.equity("NSE:ALPHA:EQ").getDeliveryVolume()).isEqualTo(7);
        assertThat(sixteen.equity("NSE:BETA&CO:BE").getDeliveryVolume()).isNull();
        assertThat(sixteen.equity("NSE:GAMMA-X:N4").getDeliveryPercent()).isNull();
    }

    @Test
    void bseLegacyHasItsDateInTheNameAlone() throws IOException {
        Ingested ingested = Ingested.of(fixture("EQ070130.CSV"));
        EquityOhlc bar = ingested.equity("BSE:500101:A");
        assertThat(bar.getTradeDate()).isEqualTo(DAY);
        assertThat(bar.getName()).isEqualTo("ALPHA WORKS");
        assertThat(bar.getSeries()).isEqualTo("A");
        assertThat(bar.getSymbol()).isEqualTo("500101");
        assertThat(ingested.rawEquity("bse_legacy_eq:BSE:500102:B:2030-01-07").getOtherColumns())
                .isEqualTo(Map.of("SC_TYPE", "Q", "TDCLOINDI", "C"));
    }

    @Test
    void bseLegacyTakesTheSymbolOfUdiff() throws IOException {
        Ingested ingested =
                Ingested.of(
                        fixture("EQ070130.CSV"),
                        fixture("BhavCopy_BSE_CM_0_0_0_20300107_F_0000.CSV"));
        EquityOhlc bar = ingested.equity("BSE:500101:A");
        assertThat(bar.getSymbol()).isEqualTo("ALPHA");
        assertThat(bar.getSource()).isEqualTo("bse_udiff_cm+bse_legacy_eq");
    }

    @Test
    void theDailyBundleHasIndicesEquitiesAndLayout() throws IOException {
        Ingested ingested = Ingested.of(fixture("pd07012030.csv"));
        assertThat(ingested.all(IndexOhlc.class)).hasSize(2);
        IndexOhlc index = ingested.index("NSE:INDEX:Indexy 50");
        assertThat(index.getClose()).isEqualTo(25860.10);
        assertThat(index.getVolume()).isEqualTo(3_937_481_006L);
        assertThat(index.getTurnover()).isEqualTo(839845370909.89);
        assertThat(index.getTradeDate()).isEqualTo(DAY);
        IndexOhlc bare = ingested.index("NSE:INDEX:INDEXY EQL Wgt");
        assertThat(bare.getVolume()).isNull();
        assertThat(bare.getTurnover()).isNull();
        assertThat(bare.getHigh52Week()).isNull();
        RawIndexOhlc raw = ingested.rawIndex("nse_pd:NSE:INDEX:INDEXY EQL Wgt:2030-01-07");
        assertThat(raw.getNETTRDQTY()).isZero();
        assertThat(raw.getMKT()).isEqualTo("Y");
        assertThat(raw.getCORPIND()).isNull();

        assertThat(ingested.equity("NSE:OMEGA:EQ").getVolume()).isEqualTo(100);
        assertThat(ingested.rejects())
                .extracting(Reject::getReason, Reject::getLine, Reject::getDataset)
                .containsExactly(
                        tuple("layout_row", 4L, "equity_ohlc"),
                        tuple("layout_row", 5L, "equity_ohlc"));
        assertThat(ingested.rejects().get(0).getRecord())
                .isEqualTo(" , , , , , , , , , , , , , , , ");
        assertThat(ingested.rejects().get(1).getMessage()).contains("INDEXY 50 Sec");
    }

    @Test
    void theListOfSecuritiesHasNoSession() throws IOException {
        Ingested ingested = Ingested.of(fixture("EQUITY_L.csv"));
        SymbolMaster listing = ingested.listing("NSE:BETA&CO:BE");
        assertThat(listing.getCompanyName()).isEqualTo("Beta & Co Limited");
        assertThat(listing.getListingDate()).isEqualTo(LocalDate.of(1995, 5, 3));
        assertThat(listing.getFaceValue()).isEqualTo(10.0);
        assertThat(listing.getMarketLot()).isEqualTo(1);
        assertThat(listing.getIsActive()).isTrue();
        assertThat(ingested.plan().sessions().get(0).date()).isNull();
        // 01:30 on the next day in India.
        assertThat(ingested.plan().sessions().get(0).rejectsDate())
                .isEqualTo(LocalDate.of(2030, 1, 11));
    }

    @Test
    void allSourcesOfADayBecomeOneBarWithEachFieldFromTheFirstThatHasIt() throws IOException {
        Ingested ingested =
                Ingested.of(
                        fixture("pd07012030.csv"),
                        fixture("cm07JAN2030bhav.csv"),
                        fixture("sec_bhavdata_full_07012030.csv"),
                        fixture("BhavCopy_NSE_CM_0_0_0_20300107_F_0000.csv"));
        EquityOhlc bar = ingested.equity("NSE:ALPHA:EQ");
        assertThat(bar.getSource())
                .isEqualTo("nse_udiff_cm+nse_sec_bhavdata_full+nse_legacy_cm+nse_pd");
        assertThat(bar.getTurnover()).as("not the rounded lakhs").isEqualTo(103250.75);
        assertThat(bar.getDeliveryVolume()).isEqualTo(450);
        assertThat(bar.getIsin()).isEqualTo("INE000A01011");
        assertThat(ingested.equity("NSE:DELTA:EQ").getSource()).isEqualTo("nse_sec_bhavdata_full");
        assertThat(ingested.all(RawEquityOhlc.class)).hasSize(5 + 4 + 2 + 2);
        assertThat(ingested.all(EquityOhlc.class)).hasSize(8);
        assertThat(ingested.accounting().merged())
                .containsOnly(Map.entry("normalized.equity_ohlc", 5L));
        assertThat(ingested.equity("NSE:GAMMA-X:BE").getOpen())
                .as("UDiFF says that nothing traded")
                .isNull();
        assertThat(ingested.accounting().warnings())
                .as("GAMMA-X traded in one source and not in the other")
                .containsEntry("sources_disagree", 1L);
    }
}
