package io.champion.fetch;

import java.net.URI;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** A daily file of an exchange, and the URL it is published under. */
public enum BhavcopyKind {
    /** UDiFF, cash segment, of NSE. */
    NSE_CM(
            "nse_udiff_cm",
            "NSE",
            "content/cm/",
            "BhavCopy_NSE_CM_0_0_0_",
            "yyyyMMdd",
            "_F_0000.csv.zip"),
    /** UDiFF, futures and options, of NSE. */
    NSE_FO(
            "nse_udiff_fo",
            "NSE",
            "content/fo/",
            "BhavCopy_NSE_FO_0_0_0_",
            "yyyyMMdd",
            "_F_0000.csv.zip"),
    /** Prices and deliveries of NSE. */
    NSE_SEC(
            "nse_sec_bhavdata_full",
            "NSE",
            "products/content/",
            "sec_bhavdata_full_",
            "ddMMyyyy",
            ".csv"),
    /** UDiFF, cash segment, of BSE. */
    BSE_CM(
            "bse_udiff_cm",
            "BSE",
            "download/BhavCopy/Equity/",
            "BhavCopy_BSE_CM_0_0_0_",
            "yyyyMMdd",
            "_F_0000.CSV"),
    /** UDiFF, futures and options, of BSE. */
    BSE_FO(
            "bse_udiff_fo",
            "BSE",
            "download/Bhavcopy/Derivative/",
            "BhavCopy_BSE_FO_0_0_0_",
            "yyyyMMdd",
            "_F_0000.CSV");

    /** Where NSE publishes its files. */
    public static final URI NSE = URI.create("https://nsearchives.nseindia.com/");

    /** Where BSE publishes its files. */
    public static final URI BSE = URI.create("https://www.bseindia.com/");

    private final String source;
    private final String exchange;
    private final String folder;
    private final String before;
    private final DateTimeFormatter day;
    private final String after;

    BhavcopyKind(
            String source,
            String exchange,
            String folder,
            String before,
            String day,
            String after) {
        this.source = source;
        this.exchange = exchange;
        this.folder = folder;
        this.before = before;
        this.day = DateTimeFormatter.ofPattern(day, Locale.ROOT);
        this.after = after;
    }

    /** As commands and the manifest call it: {@code nse-cm}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** As the ingest calls the format of its files. */
    public String source() {
        return source;
    }

    /** {@code NSE} or {@code BSE}. */
    public String exchange() {
        return exchange;
    }

    String fileName(LocalDate date) {
        return before + day.format(date) + after;
    }

    /** Where a day's file lies below the root of the tier. */
    String key(LocalDate date) {
        return String.format(
                Locale.ROOT,
                "%s/%04d/%02d/%s",
                source,
                date.getYear(),
                date.getMonthValue(),
                fileName(date));
    }

    /** Where a day's file is published, below the exchange's base URL. */
    URI uri(URI base, LocalDate date) {
        return base.resolve(folder + fileName(date));
    }
}
