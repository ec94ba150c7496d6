package io.champion.cli;

import io.champion.kafka.DeadLetter;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which dead letters are meant; all of them if nothing is given. */
final class LetterFilter {

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            description = "reject (could not be taken) or late.")
    private DeadLetter.Kind kind;

    @Option(
            names = "--reason",
            paramLabel = "CODE",
            split = ",",
            description = "Codes of reasons, as the list shows them.")
    private List<String> reasons = List.of();

    @Option(
            names = "--of",
            paramLabel = "TOPIC",
            description = "Messages that came from this topic.")
    private String origin;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            converter = Start.class,
            description =
                    "Messages of this time and after: 2025-06-18T09:30:00Z, or a day in UTC."
                            + " A message's time is the timestamp that it had in its own topic.")
    private Instant from = Instant.MIN;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            converter = End.class,
            description = "Messages before this time; of a day, the whole day.")
    private Instant to = Instant.MAX;

    boolean matches(DeadLetter letter) {
        Instant time = Instant.ofEpochMilli(letter.timestamp());
        return (kind == null || letter.kind() == kind)
                && (reasons.isEmpty() || reasons.contains(letter.reason()))
                && (origin == null || letter.topic().equals(origin))
                && !time.isBefore(from)
                && time.isBefore(to);
    }

    /** A day begins with its first instant. */
    static final class Start implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String value) {
            return instant(value, 0);
        }
    }

    /** A day ends with the next one. */
    static final class End implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String value) {
            return instant(value, 1);
        }
    }

    private static Instant instant(String value, int days) {
        try {
            return value.contains("T")
                    ? Instant.parse(value)
                    : LocalDate.parse(value)
                            .plusDays(days)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant();
        } catch (DateTimeParseException e) {
            throw new TypeConversionException(
                    "'" + value + "' is no time such as 2025-06-18T09:30:00Z or 2025-06-18");
        }
    }
}
