package io.champion.adjust;

import static io.champion.adjust.Bars.action;
import static io.champion.adjust.Bars.bar;
import static io.champion.adjust.Bars.day;
import static io.champion.adjust.Bars.dividend;
import static io.champion.adjust.Bars.listed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.champion.adjust.Adjustments.PriceBreak;
import io.champion.model.record.CorporateAction;
import io.champion.model.record.CorporateActionType;
import io.champion.model.record.EquityAdjusted;
import io.champion.model.record.EquityOhlc;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The arithmetic, by hand, and by properties over histories made at random. */
class AdjustedHistoryTest {

    private static final String EQ = "NSE:ALPHA:EQ";
    private static final String BE = "NSE:ALPHA:BE";
    private static final Instant RUN = Instant.parse("2030-06-01T00:00:00Z");

    private static AdjustedHistory.Settings settings(boolean dividends) {
        return new AdjustedHistory.Settings(dividends, 0.25, 10, RUN);
    }

    private static AdjustedHistory adjust(List<EquityOhlc> bars, CorporateAction... actions) {
        return adjust(bars, null, false, actions);
    }

    private static AdjustedHistory adjust(
            List<EquityOhlc> bars,
            Double faceValue,
            boolean dividends,
            CorporateAction... actions) {
        return AdjustedHistory.of(
                "NSE:ALPHA", bars, List.of(actions), List.of(), faceValue, settings(dividends));
    }

    private static List<EquityOhlc> threeDays() {
        return List.of(
                bar(EQ, day(1), 90.0, 95, 100),
                bar(EQ, day(2), 100.0, 101, 110),
                bar(EQ, day(3), 110.0, 55, 56));
    }

    private static EquityAdjusted row(AdjustedHistory history, String instrument, int day) {
        return history.rows().stream()
                .filter(r -> r.getInstrumentId().equals(instrument))
                .filter(r -> r.getTradeDate().equals(day(day)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void pricesBeforeABonusAreDividedAndVolumesMultiplied() {
        AdjustedHistory history =
                adjust(threeDays(), action(EQ, day(3), CorporateActionType.BONUS, 1, 1));
        EquityAdjusted first = row(history, EQ, 1);
        assertThat(first.getPrevClose()).isEqualTo(45);
        assertThat(first.getOpen()).isEqualTo(47.5);
        assertThat(first.getClose()).isEqualTo(50);
        assertThat(first.getVolume()).isEqualTo(2002);
        assertThat(first.getTurnover()).isEqualTo(100_100);
        assertThat(first.getTrades()).isEqualTo(7);
        assertThat(first.getAdjustmentFactor()).isEqualTo(2);
        assertThat(first.getDividendFactor()).isEqualTo(1);
        assertThat(first.getAdjustmentDate()).isEqualTo(day(3));
        EquityAdjusted last = row(history, EQ, 3);
        assertThat(last.getPrevClose()).isEqualTo(row(history, EQ, 2).getClose()).isEqualTo(55);
        assertThat(last.getClose()).isEqualTo(56);
        assertThat(last.getAdjustmentFactor()).isEqualTo(1);
        assertThat(last.getAdjustmentDate()).isNull();
        assertThat(history.adjustments().breaks).isEmpty();
    }

    @Test
    void factorsAreThoseOfTheFormulas() {
        List<EquityOhlc> bars = threeDays();
        assertThat(
                        row(
                                        adjust(
                                                bars,
                                                action(
                                                        EQ,
                                                        day(3),
                                                        CorporateActionType.SPLIT,
                                                        10,
                                                        2)),
                                        EQ,
                                        1)
                                .getAdjustmentFactor())
                .isEqualTo(5);
        assertThat(
                        row(
                                        adjust(
                                                bars,
                                                action(
                                                        EQ,
                                                        day(3),
                                                        CorporateActionType.SPLIT,
                                                        1,
                                                        10)),
                                        EQ,
                                        1)
                                .getClose())
                .isEqualTo(1000);
        assertThat(
                        row(
                                        adjust(
                                                bars,
                                                action(
                                                        EQ,
                                                        day(3),
                                                        CorporateActionType.BONUS,
                                                        3,
                                                        10)),
                                        EQ,
                                        1)
                                .getAdjustmentFactor())
                .isEqualTo(1.3);
        // TERP (2 * 110 + 1 * 50) / 3 = 90.
        CorporateAction rights = action(EQ, day(3), CorporateActionType.RIGHTS, 1, 2);
        rights.setSubscriptionPrice(50.0);
        assertThat(row(adjust(bars, rights), EQ, 2).getClose()).isCloseTo(90, within(1e-12));
        rights.setSubscriptionPrice(110.0);
        assertThat(row(adjust(bars, rights), EQ, 2).getAdjustmentFactor()).isEqualTo(1);
    }

    @Test
    void aPremiumNeedsTheFaceValueOfThatDay() {
        List<EquityOhlc> bars = new ArrayList<>(threeDays());
        bars.add(bar(EQ, day(4), 56.0, 28, 28));
        CorporateAction rights = action(EQ, day(3), CorporateActionType.RIGHTS, 1, 2);
        rights.setPremium(40.0);
        AdjustedHistory unknown = adjust(bars, rights);
        assertThat(unknown.adjustments().applied).isEmpty();
        assertThat(unknown.adjustments().unapplied)
                .singleElement()
                .satisfies(u -> assertThat(u.reason()).contains("face value is not known"));
        // 5 today is 10 before the split, so the price is 50.
        AdjustedHistory known =
                adjust(
                        bars,
                        5.0,
                        false,
                        rights,
                        action(EQ, day(4), CorporateActionType.SPLIT, 10, 5));
        assertThat(row(known, EQ, 2).getClose()).isCloseTo(45, within(1e-12));
    }

    /** A split would say that its face value changed. */
    @Test
    void whatStandsForADemergerLeavesTheFaceValueAlone() {
        List<EquityOhlc> bars = new ArrayList<>(threeDays());
        bars.add(bar(EQ, day(4), 56.0, 44.8, 45));
        CorporateAction rights = action(EQ, day(3), CorporateActionType.RIGHTS, 1, 2);
        rights.setPremium(40.0);
        CorporateAction demerger = action(EQ, day(4), CorporateActionType.DEMERGER);
        assertThat(adjust(bars, 10.0, false, rights, demerger).adjustments().unapplied)
                .singleElement()
                .satisfies(u -> assertThat(u.reason()).contains("list a BONUS of the same effect"));
        AdjustedHistory history =
                adjust(
                        bars,
                        10.0,
                        false,
                        rights,
                        demerger,
                        listed(action(EQ, day(4), CorporateActionType.BONUS, 1, 4)));
        assertThat(row(history, EQ, 3).getAdjustmentFactor()).isEqualTo(1.25);
        // The price is 50, TERP 90.
        assertThat(row(history, EQ, 2).getClose()).isCloseTo(90 / 1.25, within(1e-12));
    }

    @ParameterizedTest
    @EnumSource(names = {"SPLIT", "BONUS", "RIGHTS"})
    void aRatioWithOneNumberIsNamedAndNotGuessed(CorporateActionType type) {
        for (boolean own : List.of(false, true)) {
            CorporateAction half = action(EQ, day(3), type);
            half.setRatioNew(10.0);
            half.setSubscriptionPrice(50.0);
            AdjustedHistory history = adjust(threeDays(), own ? listed(half) : half);
            assertThat(history.adjustments().applied).isEmpty();
            assertThat(history.adjustments().unapplied).hasSize(1);
            assertThat(row(history, EQ, 2).getClose()).isEqualTo(110);
        }
    }

    /** A right of which neither price nor premium is known, as a list of one's own can state it. */
    @Test
    void aRightWithoutAPriceIsNamedAndNotGuessed() {
        CorporateAction rights = listed(action(EQ, day(3), CorporateActionType.RIGHTS, 1, 2));
        AdjustedHistory history = adjust(threeDays(), 10.0, false, rights);
        assertThat(history.adjustments().unapplied).hasSize(1);
    }

    @Test
    void dividendsCountOnlyWhereAskedForAndAreAddedUp() {
        CorporateAction[] dividends = {
            dividend(EQ, day(3), 6, "INTERIM"),
            dividend(BE, day(3), 6, "INTERIM"),
            dividend(EQ, day(3), 5, "SPECIAL")
        };
        assertThat(row(adjust(threeDays(), dividends), EQ, 2).getClose()).isEqualTo(110);
        AdjustedHistory history = adjust(threeDays(), null, true, dividends);
        EquityAdjusted row = row(history, EQ, 2);
        assertThat(row.getDividendFactor()).isEqualTo(110.0 / 99);
        assertThat(row.getAdjustmentFactor()).isEqualTo(1);
        assertThat(row.getClose()).isCloseTo(99, within(1e-12));
        assertThat(row.getVolume()).isEqualTo(1001);
        AdjustedHistory absurd = adjust(threeDays(), null, true, dividend(EQ, day(3), 110, ""));
        assertThat(absurd.adjustments().unapplied).hasSize(1);
        assertThat(row(absurd, EQ, 2).getClose()).isEqualTo(110);
    }

    @Test
    void anActionHitsAllSeriesOfTheShareOnce() {
        List<EquityOhlc> bars =
                List.of(
                        bar(BE, day(1), null, 100, 100),
                        bar(EQ, day(2), 100.0, 100, 100),
                        bar(EQ, day(3), 100.0, 50, 51));
        AdjustedHistory history =
                adjust(
                        bars,
                        action(EQ, day(3), CorporateActionType.BONUS, 1, 1),
                        action("NSE:ALPHA:T0", day(3), CorporateActionType.BONUS, 1, 1));
        assertThat(history.adjustments().applied).hasSize(1);
        assertThat(row(history, BE, 1).getClose()).isEqualTo(50);
        assertThat(row(history, EQ, 2).getPrevClose()).isEqualTo(50);
        assertThat(Securities.of("NSE:M&MFIN:N3")).isEqualTo("NSE:M&MFIN:N3");
        assertThat(Securities.of("NSE:M&MFIN:BE")).isEqualTo("NSE:M&MFIN");
        assertThat(Securities.of("NSE:M&MFIN")).isEqualTo("NSE:M&MFIN");
        assertThat(Securities.of("BSE:500325:A")).isEqualTo("BSE:500325");
        assertThat(Securities.of("BSE:800001:G")).isEqualTo("BSE:800001:G");
    }

    @Test
    void thePreviousCloseGoesOnThroughAMoveBetweenSeriesAndThroughAnAbsence() {
        List<EquityOhlc> bars =
                List.of(
                        bar(BE, day(1), null, 70, 77),
                        bar(EQ, day(2), 77.0, 100, 100),
                        // Moves to BE on the ex-date: the exchange states EQ's close.
                        bar(BE, day(4), 100.0, 50, 51),
                        // T0 last traded before it.
                        bar("NSE:ALPHA:T0", day(2), null, 99, 99),
                        bar("NSE:ALPHA:T0", day(5), 99.0, 50, 50));
        AdjustedHistory history = adjust(bars, action(EQ, day(4), CorporateActionType.BONUS, 1, 1));
        assertThat(row(history, BE, 4).getPrevClose()).isEqualTo(50);
        assertThat(row(history, "NSE:ALPHA:T0", 5).getPrevClose()).isEqualTo(49.5);
        assertThat(history.adjustments().breaks).isEmpty();
    }

    @Test
    void anActionWithoutASessionYetChangesNothing() {
        AdjustedHistory history =
                adjust(threeDays(), action(EQ, day(4), CorporateActionType.BONUS, 1, 1));
        assertThat(history.adjustments().pending).isEqualTo(1);
        assertThat(history.adjustments().applied).isEmpty();
        assertThat(row(history, EQ, 3).getClose()).isEqualTo(56);
    }

    @Test
    void aPersonsListHasTheSay() {
        CorporateAction announced = action(EQ, day(3), CorporateActionType.BONUS, 1, 1);
        CorporateAction withdrawn = listed(action(EQ, day(3), CorporateActionType.BONUS, 0, 1));
        AdjustedHistory history = adjust(threeDays(), announced, withdrawn);
        assertThat(row(history, EQ, 1).getClose()).isEqualTo(100);
        assertThat(history.adjustments().breaks).hasSize(1);
        AdjustedHistory disagree =
                adjust(threeDays(), announced, action(BE, day(3), CorporateActionType.BONUS, 1, 2));
        assertThat(disagree.adjustments().applied).isEmpty();
        assertThat(disagree.adjustments().unapplied).hasSize(1);
    }

    @Test
    void whatIsNotUnderstoodIsNamedAndNotGuessed() {
        CorporateAction reduction = action(EQ, day(3), CorporateActionType.OTHER);
        reduction.setPurpose("CAP RED");
        AdjustedHistory history =
                adjust(threeDays(), reduction, action(EQ, day(3), CorporateActionType.DEMERGER));
        assertThat(history.adjustments().unapplied).hasSize(2);
        assertThat(history.adjustments().unparsed).containsOnlyKeys("CAP RED");
        assertThat(history.adjustments().unparsed.get("CAP RED").symbols).containsOnly("ALPHA");
        PriceBreak suspect = history.adjustments().breaks.get(0);
        assertThat(suspect.actions()).containsExactly("DEMERGER", "OTHER");
    }

    @Test
    void aRowSaysThatItsBreakIsSuspectedUntilTheActionIsKnown() {
        AdjustedHistory history = adjust(threeDays());
        assertThat(row(history, EQ, 3).getBreakRatio()).isEqualTo(0.5);
        assertThat(row(history, EQ, 2).getBreakRatio()).isNull();
        AdjustedHistory known =
                adjust(threeDays(), action(EQ, day(3), CorporateActionType.BONUS, 1, 1));
        assertThat(known.rows()).extracting(EquityAdjusted::getBreakRatio).containsOnlyNulls();
    }

    @Test
    void breaksAreSuspectedInBothDirectionsButNotAfterAGap() {
        assertThat(adjust(threeDays()).adjustments().breaks)
                .containsExactly(new PriceBreak(EQ, day(3), day(2), 110, 55, 0.5, List.of()));
        List<EquityOhlc> up =
                List.of(bar(EQ, day(1), null, 75, 75), bar(EQ, day(2), 75.0, 100, 100));
        assertThat(adjust(up).adjustments().breaks).hasSize(1);
        List<EquityOhlc> little =
                List.of(bar(EQ, day(1), null, 76, 76), bar(EQ, day(2), 76.0, 100, 100));
        assertThat(adjust(little).adjustments().breaks).isEmpty();
        List<EquityOhlc> gap =
                List.of(bar(EQ, day(1), null, 100, 100), bar(EQ, day(12), 100.0, 50, 50));
        assertThat(adjust(gap).adjustments().breaks).isEmpty();
        List<EquityOhlc> listing = List.of(bar(EQ, day(1), 100.0, 300, 300));
        assertThat(adjust(listing).adjustments().breaks).isEmpty();
        List<EquityOhlc> bond =
                List.of(
                        bar("NSE:ALPHA:N3", day(1), null, 100, 100),
                        bar("NSE:ALPHA:N3", day(2), 100.0, 50, 50));
        assertThat(adjust(bond).adjustments().breaks).isEmpty();
    }

    /** Prices in paise, of several series, with days left out. */
    private static List<EquityOhlc> random(Random random) {
        List<EquityOhlc> bars = new ArrayList<>();
        Double close = null;
        for (int day = 1; day <= 120; day++) {
            if (random.nextInt(5) == 0) {
                continue;
            }
            double open = (1 + random.nextInt(10_000_000)) / 100.0;
            double next = (1 + random.nextInt(10_000_000)) / 100.0;
            bars.add(bar(random.nextInt(4) == 0 ? BE : EQ, day(day), close, open, next));
            close = next;
        }
        return bars;
    }

    private static List<CorporateAction> randomActions(Random random) {
        List<CorporateAction> actions = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            LocalDate exDate = day(2 + random.nextInt(118));
            double a = 1 + random.nextInt(9);
            double b = 1 + random.nextInt(9);
            switch (random.nextInt(4)) {
                case 0 -> actions.add(action(EQ, exDate, CorporateActionType.SPLIT, a, b));
                case 1 -> actions.add(action(EQ, exDate, CorporateActionType.BONUS, a, b));
                case 2 -> actions.add(dividend(EQ, exDate, 0.01 * a, "FINAL"));
                default -> {
                    CorporateAction rights = action(EQ, exDate, CorporateActionType.RIGHTS, a, b);
                    rights.setSubscriptionPrice(10.0 * a);
                    actions.add(rights);
                }
            }
        }
        return actions;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void withoutActionsEveryPriceStaysBitForBit(long seed) {
        List<EquityOhlc> bars = random(new Random(seed));
        List<EquityAdjusted> rows = adjust(bars).rows();
        assertThat(rows).hasSameSizeAs(bars);
        for (int i = 0; i < bars.size(); i++) {
            EquityOhlc bar = bars.get(i);
            EquityAdjusted row = rows.get(i);
            assertThat(row.getInstrumentId()).isEqualTo(bar.getInstrumentId());
            assertThat(row.getPrevClose()).isEqualTo(bar.getPrevClose());
            assertThat(row.getOpen()).isEqualTo(bar.getOpen());
            assertThat(row.getHigh()).isEqualTo(bar.getHigh());
            assertThat(row.getLow()).isEqualTo(bar.getLow());
            assertThat(row.getClose()).isEqualTo(bar.getClose());
            assertThat(row.getVolume()).isEqualTo(bar.getVolume().doubleValue());
            assertThat(row.getAdjustmentFactor()).isEqualTo(1);
            assertThat(row.getAdjustmentDate()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theOrderOfBarsAndActionsDoesNotMatterToTheLastBit(long seed) {
        Random random = new Random(seed);
        List<EquityOhlc> bars = random(random);
        List<CorporateAction> actions = randomActions(random);
        AdjustedHistory history =
                AdjustedHistory.of("NSE:ALPHA", bars, actions, List.of(), null, settings(true));
        for (int i = 0; i < 5; i++) {
            List<EquityOhlc> shuffledBars = new ArrayList<>(bars);
            List<CorporateAction> shuffled = new ArrayList<>(actions);
            Collections.shuffle(shuffledBars, random);
            Collections.shuffle(shuffled, random);
            assertThat(
                            AdjustedHistory.of(
                                            "NSE:ALPHA",
                                            shuffledBars,
                                            shuffled,
                                            List.of(),
                                            null,
                                            settings(true))
                                    .rows())
                    .isEqualTo(history.rows());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void factorsMultiplyAndReturnsAreContinuous(long seed) {
        Random random = new Random(seed);
        List<EquityOhlc> bars = random(random);
        List<CorporateAction> actions = randomActions(random);
        AdjustedHistory history =
                AdjustedHistory.of("NSE:ALPHA", bars, actions, List.of(), null, settings(true));
        for (int i = 0; i < bars.size(); i++) {
            EquityAdjusted row = history.rows().get(i);
            double prices = 1;
            double dividends = 1;
            for (Adjustments.Applied applied : history.adjustments().applied) {
                if (applied.exDate().isAfter(row.getTradeDate())) {
                    if (applied.type().equals("DIVIDEND")) {
                        dividends *= applied.factor();
                    } else {
                        prices *= applied.factor();
                    }
                }
            }
            assertThat(row.getAdjustmentFactor()).isCloseTo(prices, within(prices * 1e-13));
            assertThat(row.getDividendFactor()).isCloseTo(dividends, within(dividends * 1e-13));
            assertThat(row.getClose() * row.getAdjustmentFactor() * row.getDividendFactor())
                    .isCloseTo(bars.get(i).getClose(), within(bars.get(i).getClose() * 1e-13));
            if (i > 0) {
                assertThat(row.getPrevClose()).isEqualTo(history.rows().get(i - 1).getClose());
            }
        }
    }

    @Test
    void whatStaysAsItWasKeepsItsTimeAndWhatChangesIsTold() {
        AdjustedHistory first = adjust(threeDays());
        AdjustedHistory same =
                AdjustedHistory.of(
                        "NSE:ALPHA",
                        threeDays(),
                        List.of(),
                        first.rows(),
                        null,
                        new AdjustedHistory.Settings(false, 0.25, 10, RUN.plusSeconds(1)));
        assertThat(same.rows()).isEqualTo(first.rows());
        assertThat(same.adjustments().changedDays).isEmpty();
        AdjustedHistory bonus =
                AdjustedHistory.of(
                        "NSE:ALPHA",
                        threeDays().subList(0, 2),
                        List.of(action(EQ, day(2), CorporateActionType.BONUS, 1, 1)),
                        first.rows(),
                        null,
                        new AdjustedHistory.Settings(false, 0.25, 10, RUN.plusSeconds(1)));
        assertThat(bonus.adjustments().rowsChanged).isEqualTo(2);
        assertThat(bonus.adjustments().rowsGone).isEqualTo(1);
        assertThat(bonus.adjustments().changedDays).containsExactly(day(1), day(2), day(3));
        assertThat(bonus.adjustments().rewritten).containsExactly("NSE:ALPHA");
    }
}
