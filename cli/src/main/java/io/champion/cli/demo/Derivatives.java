package io.champion.cli.demo;

import io.champion.cli.demo.Market.Bar;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Makes up a session's futures and options. About half of them do not trade, as in real files. */
final class Derivatives {

    private static final int UNDERLYINGS = 60;
    private static final int STRIKES_EACH_SIDE = 6;
    private static final DateTimeFormatter CONTRACT =
            DateTimeFormatter.ofPattern("yyMMM", Locale.ENGLISH);

    private final Random random;
    private int contract;

    Derivatives(long seed) {
        this.random = new Random(seed ^ 0x2545F4914F6CDD1DL);
    }

    /** A file in UDiFF. */
    Csv file(LocalDate day, String header, Market.Day session) {
        Csv csv = new Csv(",");
        csv.line(header);
        contract = 30_000;
        long index = session.indices().get(0).close();
        chain(csv, day, "ID", "CHAMP50", index, 50_00, 50);
        session.bars().stream()
                .filter(bar -> bar.instrument().series().equals("EQ"))
                .sorted(Comparator.comparingLong(Bar::turnover).reversed())
                .limit(UNDERLYINGS)
                .forEach(
                        bar ->
                                chain(
                                        csv,
                                        day,
                                        "ST",
                                        bar.instrument().symbol(),
                                        bar.close(),
                                        step(bar.close()),
                                        lot(bar.close())));
        return csv;
    }

    /** Strikes stand so far apart that a dozen of them span the likely prices. */
    private static long step(long price) {
        long step = 2_50;
        while (step * 40 < price) {
            step *= 2;
        }
        return step;
    }

    /** A contract is worth about half a million rupees. */
    private static long lot(long price) {
        return Math.max(25, Math.round(500_000_00.0 / price / 25) * 25);
    }

    private void chain(
            Csv csv, LocalDate day, String kind, String symbol, long spot, long step, long lot) {
        for (int ahead = 0; ahead < 3; ahead++) {
            LocalDate expiry = expiry(day, ahead);
            double years = Math.max(1, ChronoUnit.DAYS.between(day, expiry)) / 365.0;
            long fair = tick(spot * (1 + 0.065 * years));
            String name = symbol + CONTRACT.format(expiry).toUpperCase(Locale.ENGLISH);
            row(
                    csv,
                    day,
                    kind + "F",
                    symbol,
                    expiry,
                    null,
                    "",
                    name + "FUT",
                    fair,
                    spot,
                    lot,
                    0.95);
            if (ahead == 2) {
                continue;
            }
            long middle = Math.round((double) spot / step) * step;
            for (int i = -STRIKES_EACH_SIDE; i <= STRIKES_EACH_SIDE; i++) {
                long strike = middle + i * step;
                if (strike <= 0) {
                    continue;
                }
                double traded = ahead == 0 ? 0.9 - 0.1 * Math.abs(i) : 0.5 - 0.07 * Math.abs(i);
                for (String type : List.of("CE", "PE")) {
                    long inTheMoney = type.equals("CE") ? spot - strike : strike - spot;
                    double time =
                            0.08
                                    * spot
                                    * Math.sqrt(years)
                                    * StrictMath.exp(-Math.abs(inTheMoney) / (0.06 * spot));
                    long premium = tick(Math.max(5, Math.max(0, inTheMoney) + time));
                    row(
                            csv,
                            day,
                            kind + "O",
                            symbol,
                            expiry,
                            strike,
                            type,
                            name + Csv.decimal(strike).replace(".00", "") + type,
                            premium,
                            spot,
                            lot,
                            traded);
                }
            }
        }
    }

    private void row(
            Csv csv,
            LocalDate day,
            String type,
            String symbol,
            LocalDate expiry,
            Long strike,
            String option,
            String name,
            long price,
            long spot,
            long lot,
            double likelihood) {
        boolean traded = random.nextDouble() < likelihood;
        long contracts = traded ? 1 + (long) (400 * StrictMath.exp(random.nextGaussian())) : 0;
        long interest = lot * (long) (900 * StrictMath.exp(random.nextGaussian()));
        long open = traded ? tick(price * (1 + 0.02 * random.nextGaussian())) : 0;
        long high = traded ? tick(Math.max(open, price) * 1.02) : 0;
        long low = traded ? tick(Math.min(open, price) * 0.98) : 0;
        csv.text(day.toString()).text(day.toString()).text("FO").text("NSE").text(type);
        csv.number(contract++).blank(1).text(symbol).blank(1);
        csv.text(expiry.toString()).text(expiry.toString());
        csv.text(strike == null ? "" : Csv.decimal(strike)).text(option).text(name);
        csv.money(open).money(high).money(low).money(price).money(traded ? price : 0);
        csv.money(tick(price * (1 + 0.01 * random.nextGaussian()))).money(spot).money(price);
        csv.number(interest).number(lot * (random.nextInt(101) - 50)).number(contracts);
        csv.money((price + (strike == null ? 0 : strike)) * contracts * lot);
        csv.number(traded ? Math.max(1, contracts / 3) : 0).text("F1").number(lot).blank(5);
        csv.endLine();
    }

    /** A row whose strike price cannot be read. */
    String spoiltLine(LocalDate day) {
        LocalDate expiry = expiry(day, 0);
        return String.join(
                ",",
                day + "," + day + ",FO,NSE,STO,29999,,SPOILT,," + expiry + "," + expiry,
                "1O0.00,CE,SPOILTCE,1.00,1.00,1.00,1.00,1.00,1.00,100.00,1.00,0,0,1,101.00,1,F1,1",
                ",,,,");
    }

    /** The last Tuesday of a month, on which its contracts expire. */
    private static LocalDate expiry(LocalDate day, int ahead) {
        YearMonth month = YearMonth.from(day);
        if (lastTuesday(month).isBefore(day)) {
            month = month.plusMonths(1);
        }
        return lastTuesday(month.plusMonths(ahead));
    }

    private static LocalDate lastTuesday(YearMonth month) {
        return month.atEndOfMonth().with(TemporalAdjusters.previousOrSame(DayOfWeek.TUESDAY));
    }

    private static long tick(double paise) {
        return Math.max(5, Math.round(paise / 5) * 5);
    }
}
