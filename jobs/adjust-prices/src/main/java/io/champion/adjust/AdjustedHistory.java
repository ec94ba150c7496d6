package io.champion.adjust;

import io.champion.adjust.Adjustments.Applied;
import io.champion.adjust.Adjustments.PriceBreak;
import io.champion.adjust.Adjustments.Unapplied;
import io.champion.model.AdjustmentFactors;
import io.champion.model.Dataset;
import io.champion.model.record.CorporateAction;
import io.champion.model.record.CorporateActionType;
import io.champion.model.record.EquityAdjusted;
import io.champion.model.record.EquityOhlc;
import java.io.Serializable;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.Schema;

/**
 * Adjusts the history of one security.
 *
 * <ul>
 *   <li>A session's factor is the product of the factors of all actions with a later ex-date. So
 *       the latest prices are as traded, and actions whose ex-date has no session yet change
 *       nothing.
 *   <li>Prices are divided by it, volumes multiplied; turnover and trades stay as they are.
 *   <li>The factors of rights and dividends follow from the close of the last session before the
 *       ex-date, of the series with the most turnover there.
 *   <li>Dividends of one ex-date are added up before their factor is taken.
 *   <li>The previous close is the exchange's, adjusted as of the session that it is the close of:
 *       the last one of any series that closed at it, so that it goes on through a move between
 *       series; if none did, the last one of the instrument.
 *   <li>Of several sources that state an action of one type and ex-date, a person's own list
 *       counts.
 * </ul>
 *
 * <p>Factors are multiplied from the latest action back, in a fixed order, so that the same actions
 * give the same bits in whatever order they come; without actions, prices stay bit for bit.
 */
final class AdjustedHistory {

    /**
     * How to adjust.
     *
     * @param dividends whether prices are adjusted for dividends too
     * @param breakThreshold how far below the previous close an open is suspicious, of 1
     * @param maxGapDays after longer gaps no open is
     * @param ingestTime when the run started
     */
    record Settings(boolean dividends, double breakThreshold, long maxGapDays, Instant ingestTime)
            implements Serializable {}

    /** Source of actions that a person lists. */
    private static final String OWN_LIST = "corporate_actions_csv";

    private static final String SCHEMA_VERSION =
            Dataset.of(EquityAdjusted.getClassSchema()).version();

    /** What prices before a day are divided by. */
    private record Factor(LocalDate exDate, boolean dividend, double value) {}

    /** The products of all factors that apply to a session. */
    private record Factors(double prices, double dividends, LocalDate last) {
        private static final Factors NONE = new Factors(1, 1, null);

        private Factors with(Factor factor) {
            return new Factors(
                    factor.dividend ? prices : prices * factor.value,
                    factor.dividend ? dividends * factor.value : dividends,
                    last == null ? factor.exDate : last);
        }

        private Double price(Double traded) {
            return traded == null ? null : traded / (prices * dividends);
        }
    }

    private final String security;
    private final List<EquityOhlc> bars;
    private final Settings settings;
    private final Adjustments made = new Adjustments();
    private final List<EquityAdjusted> rows = new ArrayList<>();

    /** By ex-date: what sessions before it are divided by. */
    private final TreeMap<LocalDate, Factors> factors = new TreeMap<>();

    private AdjustedHistory(String security, List<EquityOhlc> bars, Settings settings) {
        this.security = security;
        this.bars = new ArrayList<>(bars);
        this.bars.sort(
                Comparator.comparing(EquityOhlc::getTradeDate)
                        .thenComparing(EquityOhlc::getInstrumentId));
        this.settings = settings;
    }

    /**
     * Adjusts.
     *
     * @param bars all bars of the security, as traded, in any order
     * @param actions all actions that are known of it, in any order
     * @param earlier its adjusted bars as they are now; rows that stay as they are keep their
     *     {@code ingest_time}
     * @param faceValue of a share today, INR; null if not known. Rights at a premium need it.
     */
    static AdjustedHistory of(
            String security,
            List<EquityOhlc> bars,
            List<CorporateAction> actions,
            List<EquityAdjusted> earlier,
            Double faceValue,
            Settings settings) {
        AdjustedHistory history = new AdjustedHistory(security, bars, settings);
        history.made.securities = bars.isEmpty() ? 0 : 1;
        history.made.actions = actions.size();
        history.takeFactors(actions, faceValue);
        history.adjust();
        history.compare(earlier);
        return history;
    }

    /** The adjusted bars, by day and instrument. */
    List<EquityAdjusted> rows() {
        return rows;
    }

    Adjustments adjustments() {
        return made;
    }

    private void takeFactors(List<CorporateAction> actions, Double faceValue) {
        Map<LocalDate, Map<CorporateActionType, List<CorporateAction>>> days = new TreeMap<>();
        for (CorporateAction action : actions) {
            if (isUnparsed(action)) {
                made.unparsed(action.getPurpose(), action.getSymbol());
            }
            if (action.getExDate() != null && changesPrices(action.getActionType())) {
                days.computeIfAbsent(action.getExDate(), day -> new TreeMap<>())
                        .computeIfAbsent(action.getActionType(), type -> new ArrayList<>())
                        .add(action);
            }
        }
        if (bars.isEmpty()) {
            return;
        }
        LocalDate first = bars.get(0).getTradeDate();
        LocalDate last = bars.get(bars.size() - 1).getTradeDate();
        double splitSince = 1;
        List<LocalDate> latestFirst = new ArrayList<>(days.keySet());
        latestFirst.sort(Comparator.reverseOrder());
        Factors product = Factors.NONE;
        for (LocalDate exDate : latestFirst) {
            double splitHere = 1;
            for (Map.Entry<CorporateActionType, List<CorporateAction>> entry :
                    days.get(exDate).entrySet()) {
                List<CorporateAction> same = distinct(entry.getValue());
                if (exDate.isAfter(last)) {
                    made.pending++;
                    continue;
                } else if (!exDate.isAfter(first)) {
                    continue;
                }
                Factor factor =
                        factor(same, exDate, faceValue == null ? null : faceValue * splitSince);
                if (factor != null) {
                    product = product.with(factor);
                    if (entry.getKey() == CorporateActionType.SPLIT) {
                        splitHere = factor.value;
                    }
                }
            }
            splitSince *= splitHere;
            factors.put(exDate, product);
        }
    }

    private static boolean changesPrices(CorporateActionType type) {
        return switch (type) {
            case SPLIT, BONUS, RIGHTS, DIVIDEND, MERGER, DEMERGER, OTHER -> true;
            default -> false;
        };
    }

    /** Whether the exchange's words were not understood, or not to the end. */
    private static boolean isUnparsed(CorporateAction action) {
        return !action.getSource().equals(OWN_LIST)
                && (action.getActionType() == CorporateActionType.OTHER || lacksNumbers(action));
    }

    /** Whether numbers that the factor follows from are not known. */
    private static boolean lacksNumbers(CorporateAction action) {
        boolean lacksRatio = action.getRatioNew() == null || action.getRatioOld() == null;
        return switch (action.getActionType()) {
            case SPLIT, BONUS -> lacksRatio;
            case RIGHTS ->
                    lacksRatio
                            || action.getSubscriptionPrice() == null && action.getPremium() == null;
            case DIVIDEND -> action.getAmount() == null;
            default -> false;
        };
    }

    /**
     * One of each, of those that are repeated for each series; a person's own where there are any.
     */
    private static List<CorporateAction> distinct(List<CorporateAction> actions) {
        List<CorporateAction> own =
                actions.stream().filter(a -> a.getSource().equals(OWN_LIST)).toList();
        TreeMap<String, CorporateAction> distinct = new TreeMap<>();
        for (CorporateAction action : own.isEmpty() ? actions : own) {
            String what =
                    action.getEventId()
                                    .substring(
                                            action.getEventId()
                                                    .indexOf(action.getActionType().name()))
                            + " "
                            + action.getRatioNew()
                            + " "
                            + action.getRatioOld()
                            + " "
                            + action.getAmount()
                            + " "
                            + action.getSubscriptionPrice()
                            + " "
                            + action.getPremium();
            distinct.putIfAbsent(what, action);
        }
        return List.copyOf(distinct.values());
    }

    /** The factor of the actions of one type and day; null where there is none to be applied. */
    private Factor factor(List<CorporateAction> same, LocalDate exDate, Double faceValue) {
        CorporateAction action = same.get(0);
        CorporateActionType type = action.getActionType();
        if (type == CorporateActionType.DIVIDEND) {
            return settings.dividends() ? dividend(same, exDate) : null;
        }
        if (same.size() > 1) {
            return unapplied(action, "It is stated in " + same.size() + " ways that differ.");
        }
        if (isUnparsed(action)) {
            return unapplied(action, "Its purpose does not tell what it does to prices.");
        }
        if (lacksNumbers(action)) {
            return unapplied(action, "The list does not give all of its numbers.");
        }
        try {
            return switch (type) {
                case SPLIT ->
                        applied(
                                action,
                                AdjustmentFactors.split(
                                        action.getRatioNew(), action.getRatioOld()));
                case BONUS ->
                        applied(
                                action,
                                AdjustmentFactors.bonus(
                                        action.getRatioNew(), action.getRatioOld()));
                case RIGHTS -> rights(action, exDate, faceValue);
                default ->
                        unapplied(
                                action,
                                "What it does to prices follows from more than the announcement;"
                                        + " list a BONUS of the same effect, or a SPLIT if the face"
                                        + " value changed with it.");
            };
        } catch (IllegalArgumentException e) {
            return unapplied(action, e.getMessage());
        }
    }

    private Factor rights(CorporateAction action, LocalDate exDate, Double faceValue) {
        Double price = action.getSubscriptionPrice();
        if (price == null && faceValue != null) {
            price = faceValue + action.getPremium();
        }
        Double close = closeBefore(exDate);
        if (price == null) {
            return unapplied(
                    action,
                    "It states a premium, and the face value is not known: ingest the exchange's"
                            + " list of securities, or list the right with its price.");
        } else if (close == null) {
            return unapplied(action, "There is no close before it.");
        }
        return applied(
                action,
                AdjustmentFactors.rights(close, action.getRatioNew(), action.getRatioOld(), price));
    }

    private Factor dividend(List<CorporateAction> same, LocalDate exDate) {
        double amount = 0;
        for (CorporateAction action : same) {
            if (action.getAmount() == null) {
                return unapplied(action, "Its purpose does not tell the amount.");
            }
            amount += action.getAmount();
        }
        CorporateAction action = same.get(0);
        Double close = closeBefore(exDate);
        if (close == null) {
            return unapplied(action, "There is no close before it.");
        }
        try {
            return applied(action, AdjustmentFactors.dividend(close, amount));
        } catch (IllegalArgumentException e) {
            return unapplied(action, e.getMessage());
        }
    }

    private Double closeBefore(LocalDate exDate) {
        EquityOhlc best = null;
        for (EquityOhlc bar : bars) {
            if (!bar.getTradeDate().isBefore(exDate)) {
                break;
            }
            if (bar.getClose() != null
                    && (best == null
                            || !bar.getTradeDate().equals(best.getTradeDate())
                            || turnover(bar) > turnover(best))) {
                best = bar;
            }
        }
        return best == null ? null : best.getClose();
    }

    private static double turnover(EquityOhlc bar) {
        return bar.getTurnover() == null ? 0 : bar.getTurnover();
    }

    private static double turnover(EquityAdjusted row) {
        return row.getTurnover() == null ? 0 : row.getTurnover();
    }

    private Factor applied(CorporateAction action, double factor) {
        made.applied.add(
                new Applied(
                        security,
                        action.getExDate(),
                        action.getActionType().name(),
                        factor,
                        action.getPurpose()));
        return new Factor(
                action.getExDate(), action.getActionType() == CorporateActionType.DIVIDEND, factor);
    }

    private Factor unapplied(CorporateAction action, String reason) {
        made.unapplied.add(
                new Unapplied(
                        security,
                        action.getExDate(),
                        action.getActionType().name(),
                        action.getPurpose(),
                        reason));
        return null;
    }

    /** What a session is divided by: all actions with an ex-date after it. */
    private Factors after(LocalDate session) {
        Map.Entry<LocalDate, Factors> next = factors.higherEntry(session);
        return next == null ? Factors.NONE : next.getValue();
    }

    private void adjust() {
        Map<String, EquityOhlc> lastOfSeries = new HashMap<>();
        Map<LocalDate, PriceBreak> breaks = new TreeMap<>();
        Map<LocalDate, EquityAdjusted> brokenRows = new HashMap<>();
        List<EquityOhlc> session = new ArrayList<>();
        for (EquityOhlc bar : bars) {
            if (!session.isEmpty() && !session.get(0).getTradeDate().equals(bar.getTradeDate())) {
                session.forEach(done -> lastOfSeries.put(done.getInstrumentId(), done));
                session.clear();
            }
            session.add(bar);
            EquityOhlc previous = previous(bar, lastOfSeries);
            Factors factors = after(bar.getTradeDate());
            // Where the session before is not known, the ex-date of today is what came between.
            Factors before =
                    after(
                            previous == null
                                    ? bar.getTradeDate().minusDays(1)
                                    : previous.getTradeDate());
            EquityAdjusted row = row(bar, factors, before);
            rows.add(row);
            made.rows.merge(bar.getTradeDate(), 1L, Long::sum);
            PriceBreak suspect = previous == null ? null : suspect(bar, previous, row);
            // One of a day: that of the series with the most turnover.
            if (suspect != null
                    && (!breaks.containsKey(bar.getTradeDate())
                            || turnover(bar) > turnover(brokenRows.get(bar.getTradeDate())))) {
                breaks.put(bar.getTradeDate(), suspect);
                brokenRows.put(bar.getTradeDate(), row);
            }
        }
        breaks.forEach((day, suspect) -> brokenRows.get(day).setBreakRatio(suspect.ratio()));
        made.breaks.addAll(breaks.values());
    }

    /** The session whose close a bar's previous close is; null where there is none. */
    private static EquityOhlc previous(EquityOhlc bar, Map<String, EquityOhlc> lastOfSeries) {
        EquityOhlc found = null;
        for (EquityOhlc last : lastOfSeries.values()) {
            if (bar.getPrevClose() != null
                    && bar.getPrevClose().equals(last.getClose())
                    && (found == null || last.getTradeDate().isAfter(found.getTradeDate()))) {
                found = last;
            }
        }
        return found == null ? lastOfSeries.get(bar.getInstrumentId()) : found;
    }

    private EquityAdjusted row(EquityOhlc bar, Factors factors, Factors before) {
        return EquityAdjusted.newBuilder()
                .setEventId("adjusted:" + bar.getInstrumentId() + ":" + bar.getTradeDate())
                .setEventTime(bar.getEventTime())
                .setIngestTime(settings.ingestTime())
                .setSource(bar.getSource())
                .setSchemaVersion(SCHEMA_VERSION)
                .setEntityId(bar.getInstrumentId())
                .setInstrumentId(bar.getInstrumentId())
                .setSymbol(bar.getSymbol())
                .setExchange(bar.getExchange())
                .setIsin(bar.getIsin())
                .setSeries(bar.getSeries())
                .setTradeDate(bar.getTradeDate())
                .setPrevClose(before.price(bar.getPrevClose()))
                .setOpen(factors.price(bar.getOpen()))
                .setHigh(factors.price(bar.getHigh()))
                .setLow(factors.price(bar.getLow()))
                .setClose(factors.price(bar.getClose()))
                .setVolume(bar.getVolume() == null ? null : bar.getVolume() * factors.prices)
                .setTurnover(bar.getTurnover())
                .setTrades(bar.getTrades())
                .setAdjustmentFactor(factors.prices)
                .setDividendFactor(factors.dividends)
                .setAdjustmentDate(lastApplied(bar.getTradeDate()))
                .setIsTradingDay(bar.getIsTradingDay())
                .build();
    }

    private LocalDate lastApplied(LocalDate session) {
        return after(session).last;
    }

    private PriceBreak suspect(EquityOhlc bar, EquityOhlc previous, EquityAdjusted row) {
        Double close = bar.getPrevClose();
        if (!Securities.isShare(bar.getInstrumentId())
                || row.getOpen() == null
                || row.getPrevClose() == null
                || !(row.getOpen() > 0)
                || !(row.getPrevClose() > 0)
                || ChronoUnit.DAYS.between(previous.getTradeDate(), bar.getTradeDate())
                        > settings.maxGapDays()) {
            return null;
        }
        double ratio = row.getOpen() / row.getPrevClose();
        double lowest = 1 - settings.breakThreshold();
        if (ratio > lowest && ratio < 1 / lowest) {
            return null;
        }
        TreeSet<String> known = new TreeSet<>();
        for (Unapplied action : made.unapplied) {
            if (action.exDate().isAfter(previous.getTradeDate())
                    && !action.exDate().isAfter(bar.getTradeDate())) {
                known.add(action.type());
            }
        }
        return new PriceBreak(
                bar.getInstrumentId(),
                bar.getTradeDate(),
                previous.getTradeDate(),
                close,
                bar.getOpen(),
                ratio,
                List.copyOf(known));
    }

    private void compare(List<EquityAdjusted> earlier) {
        Map<String, EquityAdjusted> left = new HashMap<>();
        earlier.forEach(row -> left.put(row.getEventId(), row));
        for (EquityAdjusted row : rows) {
            EquityAdjusted before = left.remove(row.getEventId());
            if (before == null) {
                made.rowsNew++;
                made.changedDays.add(row.getTradeDate());
            } else if (isSame(before, row)) {
                row.setIngestTime(before.getIngestTime());
            } else {
                made.rowsChanged++;
                made.changedDays.add(row.getTradeDate());
                made.rewritten.add(security);
            }
        }
        for (EquityAdjusted gone : left.values()) {
            made.rowsGone++;
            made.changedDays.add(gone.getTradeDate());
            made.rewritten.add(security);
        }
    }

    private static boolean isSame(EquityAdjusted a, EquityAdjusted b) {
        for (Schema.Field field : a.getSchema().getFields()) {
            if (!field.name().equals("ingest_time")
                    && !Objects.equals(a.get(field.pos()), b.get(field.pos()))) {
                return false;
            }
        }
        return true;
    }
}
