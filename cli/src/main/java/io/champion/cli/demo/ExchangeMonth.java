package io.champion.cli.demo;

import io.champion.cli.demo.Market.Bar;
import io.champion.cli.demo.Market.IndexBar;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes the files that an exchange would publish in a month, with made-up securities and prices:
 * the same content for the same seed on every machine. They have the real files' habits, spoilt
 * rows among them, so that what reads them has something to do:
 *
 * <ul>
 *   <li>per session a UDiFF file in a zip, {@code sec_bhavdata_full} with the delivery figures of
 *       the same rows, and {@code pd} with the indices;
 *   <li>derivatives on a few sessions, and the list of securities once;
 *   <li>one file twice, one file fetched on a holiday (it repeats the session before) and one
 *       published again with corrected prices;
 *   <li>rows that cannot be right, see {@link Month#spoilt()}.
 * </ul>
 */
public final class ExchangeMonth {

    static final String INDEX = "Champion 50";

    private static final String UDIFF_HEADER =
            "TradDt,BizDt,Sgmt,Src,FinInstrmTp,FinInstrmId,ISIN,TckrSymb,SctySrs,XpryDt,"
                    + "FininstrmActlXpryDt,StrkPric,OptnTp,FinInstrmNm,OpnPric,HghPric,LwPric,ClsPric,"
                    + "LastPric,PrvsClsgPric,UndrlygPric,SttlmPric,OpnIntrst,ChngInOpnIntrst,"
                    + "TtlTradgVol,TtlTrfVal,TtlNbOfTxsExctd,SsnId,NewBrdLotQty,Rmks,Rsvd1,Rsvd2,"
                    + "Rsvd3,Rsvd4";
    private static final String SEC_HEADER =
            "SYMBOL, SERIES, DATE1, PREV_CLOSE, OPEN_PRICE, HIGH_PRICE, LOW_PRICE, LAST_PRICE,"
                    + " CLOSE_PRICE, AVG_PRICE, TTL_TRD_QNTY, TURNOVER_LACS, NO_OF_TRADES, DELIV_QTY,"
                    + " DELIV_PER";
    private static final String PD_HEADER =
            "MKT,SERIES,SYMBOL,SECURITY,PREV_CL_PR,OPEN_PRICE,HIGH_PRICE,LOW_PRICE,CLOSE_PRICE,"
                    + "NET_TRDVAL,NET_TRDQTY,IND_SEC,CORP_IND,TRADES,HI_52_WK,LO_52_WK";
    private static final String EQUITY_L_HEADER =
            "SYMBOL,NAME OF COMPANY, SERIES, DATE OF LISTING, PAID UP VALUE, MARKET LOT, ISIN NUMBER,"
                    + " FACE VALUE";

    private static final DateTimeFormatter COMPACT = DateTimeFormatter.ofPattern("yyyyMMdd");
    private static final DateTimeFormatter DAY_FIRST = DateTimeFormatter.ofPattern("ddMMyyyy");
    private static final DateTimeFormatter NAMED =
            DateTimeFormatter.ofPattern("dd-MMM-yyyy", Locale.ENGLISH);

    private static final ZoneId INDIA = ZoneId.of("Asia/Kolkata");
    private static final long PAISE_IN_A_LAKH = 10_000_000;

    /** Every so many sessions there is a derivatives file. */
    private static final int DERIVATIVES_EVERY = 8;

    private final Path folder;
    private final long seed;
    private final List<LocalDate> sessions;
    private final LocalDate holiday;
    private final List<Instrument> instruments;
    private final List<Path> files = new ArrayList<>();
    private final List<String> spoilt = new ArrayList<>();
    private long rows;

    /**
     * What was written.
     *
     * @param files all files but the republished one
     * @param republished a session's UDiFF file with corrected prices, in a folder of its own
     * @param sessions trading days
     * @param securities that are listed
     * @param rows lines of all {@code files}, headers aside
     * @param spoilt one sentence per row that cannot be right
     */
    public record Month(
            List<Path> files,
            Path republished,
            List<LocalDate> sessions,
            int securities,
            long rows,
            List<String> spoilt) {}

    private ExchangeMonth(Path folder, YearMonth month, int companies, long seed) {
        this.folder = folder;
        this.seed = seed;
        this.instruments = Universe.of(seed, companies);
        List<LocalDate> weekdays =
                month.atDay(1)
                        .datesUntil(month.plusMonths(1).atDay(1))
                        .filter(day -> day.getDayOfWeek() != DayOfWeek.SATURDAY)
                        .filter(day -> day.getDayOfWeek() != DayOfWeek.SUNDAY)
                        .toList();
        this.holiday = weekdays.get(weekdays.size() / 2);
        this.sessions = weekdays.stream().filter(day -> !day.equals(holiday)).toList();
    }

    /**
     * Writes a month of files.
     *
     * @param folder made if it does not exist; files of the same names are replaced
     * @param companies listed companies, at least 100; a session has a few percent more rows
     * @param seed makes one month different from another
     */
    public static Month write(Path folder, YearMonth month, int companies, long seed)
            throws IOException {
        if (companies < 100) {
            throw new IllegalArgumentException(
                    "An exchange of " + companies + " companies is too small; list at least 100.");
        }
        return new ExchangeMonth(folder, month, companies, seed).write();
    }

    private Month write() throws IOException {
        Files.createDirectories(folder);
        Market market = new Market(seed, instruments);
        Derivatives derivatives = new Derivatives(seed);
        Path republished = null;
        Csv beforeHoliday = null;
        for (int i = 0; i < sessions.size(); i++) {
            LocalDate day = sessions.get(i);
            Market.Day session = market.next();
            Csv udiff = udiff(day, session.bars(), UnaryOperator.identity());
            spoilUdiff(i, day, udiff, session.bars());
            String udiffName = udiffName("CM", day);
            publish(zip(folder.resolve(udiffName + ".zip"), udiffName, udiff, day), udiff);

            Csv sec = sec(day, session.bars());
            spoilSec(i, day, sec, session.bars());
            String secName = "sec_bhavdata_full_" + DAY_FIRST.format(day) + ".csv";
            publish(write(folder.resolve(secName), sec, day), sec);

            Csv pd = pd(session.indices());
            publish(write(folder.resolve("pd" + DAY_FIRST.format(day) + ".csv"), pd, day), pd);

            if (i % DERIVATIVES_EVERY == 0) {
                String name = udiffName("FO", day);
                Csv text = derivatives.file(day, UDIFF_HEADER, session);
                text.line(derivatives.spoiltLine(day));
                spoilt.add(name + " has a strike price that is no number.");
                publish(zip(folder.resolve(name + ".zip"), name, text, day), text);
            }
            if (i == 1) {
                // Somebody downloaded it a second time.
                Path again = folder.resolve(udiffName + " (1).zip");
                publish(zip(again, udiffName, udiff, day), udiff);
            }
            if (day.isBefore(holiday)) {
                beforeHoliday = sec;
            }
            if (i == sessions.size() - 2) {
                republished = folder.resolve("republished").resolve(udiffName + ".zip");
                Files.createDirectories(republished.getParent());
                Csv corrected = udiff(day, session.bars(), ExchangeMonth::correct);
                zip(republished, udiffName, corrected, day.plusDays(1));
            }
        }
        Path named = folder.resolve("sec_bhavdata_full_" + DAY_FIRST.format(holiday) + ".csv");
        publish(write(named, beforeHoliday, holiday), beforeHoliday);
        Csv list = equityList();
        publish(write(folder.resolve("EQUITY_L.csv"), list, sessions.get(0)), list);
        return new Month(
                List.copyOf(files),
                republished,
                sessions,
                instruments.size(),
                rows,
                List.copyOf(spoilt));
    }

    private static String udiffName(String segment, LocalDate day) {
        return "BhavCopy_NSE_" + segment + "_0_0_0_" + COMPACT.format(day) + "_F_0000.csv";
    }

    /** What the exchange corrects in the republished file: the close of the best-known names. */
    private static Bar correct(Bar bar) {
        if (bar.instrument().number() >= 1003) {
            return bar;
        }
        long close = Math.max(bar.low(), Math.min(bar.high(), bar.close() - 5));
        return new Bar(
                bar.instrument(),
                bar.previousClose(),
                bar.open(),
                bar.high(),
                bar.low(),
                close,
                close,
                close,
                bar.volume(),
                bar.turnover(),
                bar.trades(),
                bar.delivered());
    }

    private static Csv udiff(LocalDate day, List<Bar> bars, UnaryOperator<Bar> change) {
        Csv csv = new Csv(",");
        csv.line(UDIFF_HEADER);
        for (Bar original : bars) {
            Bar bar = change.apply(original);
            Instrument instrument = bar.instrument();
            csv.text(day.toString()).text(day.toString()).text("CM").text("NSE").text("STK");
            csv.number(instrument.number()).text(instrument.isin()).text(instrument.symbol());
            csv.text(instrument.series()).blank(4).text(instrument.name());
            csv.money(bar.open()).money(bar.high()).money(bar.low()).money(bar.close());
            csv.money(bar.last()).money(bar.previousClose()).blank(1).money(bar.settlement());
            csv.blank(2).number(bar.volume()).money(bar.turnover()).number(bar.trades());
            csv.text("F1").number(1).blank(5);
            csv.endLine();
        }
        return csv;
    }

    /** Treasury bills and block deals are in UDiFF alone. */
    private static Csv sec(LocalDate day, List<Bar> bars) {
        Csv csv = new Csv(", ");
        csv.line(SEC_HEADER);
        for (Bar bar : bars) {
            Instrument instrument = bar.instrument();
            if (instrument.isTreasuryBill() || instrument.series().equals("BL")) {
                continue;
            }
            csv.text(instrument.symbol()).text(instrument.series()).text(NAMED.format(day));
            csv.money(bar.previousClose()).money(bar.open()).money(bar.high()).money(bar.low());
            csv.money(bar.last()).money(bar.close()).money(bar.average()).number(bar.volume());
            csv.money(Math.round(bar.turnover() * 100.0 / PAISE_IN_A_LAKH)).number(bar.trades());
            if (instrument.isTradeForTrade()) {
                csv.text("-").text("-");
            } else {
                csv.number(bar.delivered());
                csv.money(Math.round(bar.delivered() * 10_000.0 / bar.volume()));
            }
            csv.endLine();
        }
        return csv;
    }

    private static Csv pd(List<IndexBar> indices) {
        Csv csv = new Csv(",");
        csv.line(PD_HEADER);
        for (IndexBar index : indices) {
            csv.text("Y").text(" ").text(" ").text(index.name());
            for (long price :
                    new long[] {
                        index.previousClose(),
                        index.open(),
                        index.high(),
                        index.low(),
                        index.close()
                    }) {
                csv.text(padded(price));
            }
            csv.money(index.turnover()).number(index.volume()).text("Y").text(" ");
            csv.number(index.trades());
            csv.text(padded(Math.round(index.high() * 1.1)));
            csv.text(padded(Math.round(index.low() * 0.85)));
            csv.endLine();
        }
        return csv;
    }

    private static String padded(long hundredths) {
        String number = Csv.decimal(hundredths);
        return " ".repeat(Math.max(0, 13 - number.length())) + number;
    }

    private Csv equityList() {
        Csv csv = new Csv(",");
        csv.line(EQUITY_L_HEADER);
        for (Instrument instrument : instruments) {
            if (instrument.series().equals("EQ")
                    || instrument.series().equals("BE")
                    || instrument.series().equals("BZ")) {
                LocalDate listed = LocalDate.of(1995, 1, 2).plusDays(instrument.number() * 4L);
                csv.text(instrument.symbol()).text(instrument.name()).text(instrument.series());
                csv.text(NAMED.format(listed).toUpperCase(Locale.ENGLISH)).number(10).number(1);
                csv.text(instrument.isin()).number(10);
                csv.endLine();
            }
        }
        return csv;
    }

    private void spoilUdiff(int session, LocalDate day, Csv csv, List<Bar> bars) {
        String good = lineOf(day, bars.get(session));
        String name = udiffName("CM", day);
        switch (session) {
            case 2 ->
                    spoil(csv, replace(good, 17, "N.A."), name + " has a close that is no number.");
            case 4 ->
                    spoil(
                            csv,
                            replace(replace(good, 15, "1.00"), 8, "E1"),
                            name + " has a high below the low.");
            case 6 -> spoil(csv, replace(good, 7, ""), name + " has a row without symbol.");
            case 8 ->
                    spoil(
                            csv,
                            replace(good, 0, "2025-13-45"),
                            name + " has a trade date that is no date.");
            case 10 ->
                    spoil(
                            csv,
                            replace(replace(good, 0, day.minusDays(7).toString()), 8, "E2"),
                            name + " has a row of the week before.");
            case 12 -> spoil(csv, replace(good, 24, "-1200"), name + " has a volume below zero.");
            case 14 -> csv.line(good);
            default -> {
                // Most files are sound.
            }
        }
    }

    private void spoilSec(int session, LocalDate day, Csv csv, List<Bar> bars) {
        String name = "sec_bhavdata_full_" + DAY_FIRST.format(day) + ".csv";
        String symbol = bars.get(session).instrument().symbol();
        if (session == 3) {
            spoil(
                    csv,
                    symbol + ", EQ, " + NAMED.format(day) + ", 100.00, 101.00",
                    name + " has a row that breaks off.");
        } else if (session == 16) {
            spoil(
                    csv,
                    symbol
                            + ", E3, "
                            + NAMED.format(day)
                            + ", 100.00, 101.00, 102.00, 99.00, 100.50, 100.50, 100.40, 12.5k, 12.55,"
                            + " 80, 6000, 48.00",
                    name + " has a volume in thousands.");
        }
    }

    private void spoil(Csv csv, String line, String what) {
        csv.line(line);
        spoilt.add(what);
    }

    private static String lineOf(LocalDate day, Bar bar) {
        return udiff(day, List.of(bar), UnaryOperator.identity())
                .toString()
                .lines()
                .skip(1)
                .findFirst()
                .orElseThrow();
    }

    private static String replace(String line, int field, String value) {
        String[] fields = line.split(",", -1);
        fields[field] = value;
        return String.join(",", fields);
    }

    private void publish(Path file, Csv csv) {
        files.add(file);
        rows += csv.lines() - 1;
    }

    private static Path zip(Path file, String entryName, Csv csv, LocalDate day)
            throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            ZipEntry entry = new ZipEntry(entryName);
            entry.setTimeLocal(publishedAt(day));
            zip.putNextEntry(entry);
            zip.write(csv.toString().getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
        }
        return dated(file, day);
    }

    private static Path write(Path file, Csv csv, LocalDate day) throws IOException {
        return dated(Files.writeString(file, csv.toString()), day);
    }

    private static Path dated(Path file, LocalDate day) throws IOException {
        return Files.setLastModifiedTime(
                file, FileTime.from(publishedAt(day).atZone(INDIA).toInstant()));
    }

    private static LocalDateTime publishedAt(LocalDate day) {
        return day.atTime(18, 30);
    }
}
