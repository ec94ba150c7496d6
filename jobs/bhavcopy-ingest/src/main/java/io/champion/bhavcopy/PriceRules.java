package io.champion.bhavcopy;

import io.champion.model.record.RawDerivativesOhlc;
import io.champion.model.record.RawEquityOhlc;
import io.champion.model.record.RawIndexOhlc;
import io.champion.quality.Rule;
import io.champion.quality.Violation;
import java.time.LocalDate;
import java.util.function.Consumer;

/**
 * How the prices of a row stand to each other. Violations name the field of the raw contract.
 *
 * <p>A row is refused only for what no real row does. Held against each other are prices that are
 * stated (0.00 says that there is none) in rows that traded: some rows of the exchanges have volume
 * and a close but no open, high and low. What real rows do now and then is a warning and no more:
 *
 * <ul>
 *   <li>T0 is settled on the day and closes at the price of the regular series;
 *   <li>until the end of the nineties NSE's open was often the previous close;
 *   <li>the close of a derivative may be a settlement price or that of the underlying;
 *   <li>the last price may be that of an earlier session.
 * </ul>
 */
final class PriceRules {

    private static final LocalDate OPENS_RELIABLE_FROM = LocalDate.of(2000, 1, 1);

    private PriceRules() {}

    /** The rule for equities; oddities are handed to {@code warnings}. */
    static Rule<RawEquityOhlc> equity(Consumer<String> warnings) {
        return raw -> {
            if (raw.getTtlTradgVol() == null || raw.getTtlTradgVol() == 0) {
                return null;
            }
            boolean sameDay = "T0".equals(raw.getSctySrs());
            boolean early = raw.getTradDt().isBefore(OPENS_RELIABLE_FROM);
            Range range = new Range(raw.getHghPric(), raw.getLwPric(), warnings);
            range.warnIfUnstated();
            range.warnIfOutside("last", raw.getLastPric());
            if (sameDay) {
                range.warnIfOutside("close", raw.getClsPric());
                return null;
            }
            if (early) {
                range.warnIfOutside("open", raw.getOpnPric());
            }
            Violation violation = range.order("HghPric");
            if (violation == null && !early) {
                violation = range.outside("OpnPric", "open", raw.getOpnPric());
            }
            return violation != null
                    ? violation
                    : range.outside("ClsPric", "close", raw.getClsPric());
        };
    }

    /** The rule for derivatives; oddities are handed to {@code warnings}. */
    static Rule<RawDerivativesOhlc> derivative(Consumer<String> warnings) {
        return raw -> {
            if (raw.getTtlTradgVol() == null || raw.getTtlTradgVol() == 0) {
                return null;
            }
            Range range = new Range(raw.getHghPric(), raw.getLwPric(), warnings);
            range.warnIfUnstated();
            range.warnIfOutside("close", raw.getClsPric());
            range.warnIfOutside("last", raw.getLastPric());
            Violation violation = range.order("HghPric");
            return violation != null
                    ? violation
                    : range.outside("OpnPric", "open", raw.getOpnPric());
        };
    }

    /** The rule for indices: they have prices without volume of their own. */
    static Rule<RawIndexOhlc> index(Consumer<String> warnings) {
        return raw -> {
            Range range = new Range(raw.getHIGHPRICE(), raw.getLOWPRICE(), warnings);
            range.warnIfOutside("open", raw.getOPENPRICE());
            range.warnIfOutside("close", raw.getCLOSEPRICE());
            return range.order("HIGH_PRICE");
        };
    }

    /** From low to high, as far as they are stated. */
    private record Range(Double high, Double low, Consumer<String> warnings) {

        private void warnIfUnstated() {
            if (Prices.stated(high) == null || Prices.stated(low) == null) {
                warnings.accept("traded_without_high_and_low");
            }
        }

        private Violation order(String field) {
            if (Prices.stated(high) == null || Prices.stated(low) == null || high >= low) {
                return null;
            }
            return new Violation(
                    field,
                    high.toString(),
                    "price_order",
                    "The high, " + high + ", is below the low, " + low + ".");
        }

        private boolean excludes(Double price) {
            return Prices.stated(price) != null
                    && (Prices.stated(low) != null && price < low
                            || Prices.stated(high) != null && price > high);
        }

        private Violation outside(String field, String what, Double price) {
            if (!excludes(price)) {
                return null;
            }
            return new Violation(
                    field,
                    price.toString(),
                    "price_order",
                    "The "
                            + what
                            + ", "
                            + price
                            + ", lies outside the range from low to high, "
                            + low
                            + " to "
                            + high
                            + ".");
        }

        private void warnIfOutside(String what, Double price) {
            if (excludes(price)) {
                warnings.accept(what + "_outside_range");
            }
        }
    }
}
