package io.champion.cli.replay;

import io.champion.lake.LakeReader;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import io.champion.model.record.Trade;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.util.CloseableIterator;

/**
 * Records in the order of event time, from whatever holds them: trades of recordings and of the
 * tape as ticks, all others as they are. Memory is bounded: what has to be sorted and does not fit
 * is sorted in files.
 */
public final class Replay implements Closeable {

    /** A few hundred bytes each. */
    private static final int IN_MEMORY = 400_000;

    private static final Dataset TICKS = Dataset.of(EquityTrade.getClassSchema());
    private static final Dataset TRADES = Dataset.of(Trade.getClassSchema());

    /** Adds one part of what is to be replayed to a sorter; later parts have later times. */
    private interface Part {
        void addTo(MessageSorter sorter) throws IOException;
    }

    private final Path temporary;
    private final Queue<Part> parts;
    private final ReplayCount count = new ReplayCount();
    private final ReplayedMessage.Maker maker;
    private MessageSorter sorter;

    private Replay(Path temporary, Schema schema) {
        this.temporary = temporary;
        this.maker = new ReplayedMessage.Maker(schema);
        this.parts = new ArrayDeque<>();
    }

    /** Whether what is replayed of a dataset are ticks. */
    public static boolean asTicks(Dataset dataset) {
        return dataset.equals(TICKS) || dataset.equals(TRADES);
    }

    /**
     * LOBSTER message files and captures of Binance streams, merged.
     *
     * @param temporary a folder for what does not fit into memory
     * @param ingestTime milliseconds since the epoch, of all ticks
     */
    public static Replay ofRecordings(List<Path> files, Path temporary, long ingestTime) {
        Replay replay = new Replay(temporary, EquityTrade.getClassSchema());
        replay.parts.add(
                sorter -> {
                    for (Path file : files) {
                        try (Recording recording = Recording.open(file, ingestTime)) {
                            EquityTrade trade;
                            while ((trade = recording.next(replay.count)) != null) {
                                sorter.add(replay.maker.of(trade));
                            }
                        }
                    }
                });
        return replay;
    }

    /**
     * Partitions of a lake.
     *
     * @param partitions of the dataset, in the order of time
     * @param temporary a folder for what does not fit into memory
     */
    public static Replay ofLake(
            LakeReader lake, Dataset dataset, List<PartitionKey> partitions, Path temporary) {
        Replay replay =
                new Replay(
                        temporary,
                        asTicks(dataset) ? EquityTrade.getClassSchema() : dataset.schema());
        List<Part> parts =
                partitions.stream().<Part>map(p -> sorter -> replay.add(lake, p, sorter)).toList();
        if ("event_time".equals(dataset.partitionTime())) {
            // What is sorted partition by partition is sorted.
            replay.parts.addAll(parts);
        } else {
            replay.parts.add(
                    sorter -> {
                        for (Part part : parts) {
                            part.addTo(sorter);
                        }
                    });
        }
        return replay;
    }

    private void add(LakeReader lake, PartitionKey partition, MessageSorter sorter)
            throws IOException {
        try (CloseableIterator<SpecificRecordBase> rows = lake.read(partition)) {
            while (rows.hasNext()) {
                SpecificRecordBase record = rows.next();
                SpecificRecordBase sent = record instanceof Trade trade ? tick(trade) : record;
                if (sent == null) {
                    count.other();
                    continue;
                }
                count.send();
                sorter.add(maker.of(sent));
            }
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(partition + " cannot be read.", e);
        }
    }

    /**
     * A trade of the tape as a tick; null for a row that is about the correction of another one,
     * because the tape does not say of which. Trade ids of the tape are unique per exchange.
     */
    private static EquityTrade tick(Trade trade) {
        if (trade.getCorrection() != null && trade.getCorrection() != 0) {
            return null;
        }
        return EquityTrade.newBuilder()
                .setEventId(trade.getEventId())
                .setEventTime(trade.getEventTime())
                .setIngestTime(trade.getIngestTime())
                .setSource(trade.getSource())
                .setEntityId(ReplayedMessage.instrument(trade.getExchange(), trade.getSymbol(), ""))
                .setSymbol(trade.getSymbol())
                .setExchange(trade.getExchange())
                .setTradeId(trade.getExchangeId() + ":" + trade.getTradeId())
                .setSequenceNumber(trade.getSequenceNumber())
                .setKind(TickKind.TRADE)
                .setPrice(trade.getPrice())
                .setSize(trade.getSize())
                .setConditions(trade.getConditions())
                .build();
    }

    /**
     * The next record, or null after the last. The first of a part waits until all of the part is
     * read.
     *
     * @throws RecordingException if a file cannot be replayed
     */
    public ReplayedMessage next() throws IOException {
        while (true) {
            if (sorter == null) {
                Part part = parts.poll();
                if (part == null) {
                    return null;
                }
                sorter = new MessageSorter(temporary, IN_MEMORY);
                part.addTo(sorter);
            }
            ReplayedMessage message = sorter.next();
            if (message != null) {
                return message;
            }
            sorter.close();
            sorter = null;
        }
    }

    /** What has been read so far. */
    public ReplayCount count() {
        return count;
    }

    @Override
    public void close() throws IOException {
        if (sorter != null) {
            sorter.close();
        }
    }
}
