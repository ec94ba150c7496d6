package io.champion.kafka;

import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads ticks field by field. They come by the million, and this takes a third of the time that it
 * takes to go by the schema.
 */
final class EquityTradeReader {

    /**
     * Fingerprint of the contract that {@link #read} knows. Any other is read by its schema, until
     * this class follows.
     */
    static final long CONTRACT = 0xA820B2BF646BBA2EL;

    private static final TickKind[] KINDS = TickKind.values();
    private static final int CACHED_SIDES = 16;

    private final InstantReader ingestTimes = new InstantReader();
    private final TextRuns instruments = new TextRuns(6);
    private final StringCache sides = new StringCache(CACHED_SIDES);

    void read(AvroBytes in, EquityTrade tick) throws WireException {
        tick.setEventId(in.readLong());
        tick.setEventTime(in.readLong());
        tick.setIngestTime(ingestTimes.read(in));
        String[] instrument = instruments.read(in);
        tick.setSource(instrument[0]);
        tick.setSchemaVersion(instrument[1]);
        tick.setEntityId(instrument[2]);
        tick.setSymbol(instrument[3]);
        tick.setExchange(instrument[4]);
        tick.setSeries(instrument[5]);
        tick.setTradeId(uniqueText(in));
        tick.setSequenceNumber(in.readLong());
        tick.setKind(KINDS[in.readIndex(KINDS.length)]);
        tick.setReceiveTime(isPresent(in) ? (Long) in.readLong() : null);
        tick.setPrice(isPresent(in) ? (Double) in.readDouble() : null);
        tick.setSize(isPresent(in) ? (Double) in.readDouble() : null);
        tick.setSide(isPresent(in) ? side(in) : null);
        tick.setConditions(conditions(in));
    }

    /** Of the unions here null is the first branch. */
    private static boolean isPresent(AvroBytes in) throws WireException {
        return in.readIndex(2) == 1;
    }

    private static String uniqueText(AvroBytes in) throws WireException {
        int length = in.readLength();
        int start = in.position();
        in.skip(length);
        return new String(in.array(), start, length, StandardCharsets.UTF_8);
    }

    private String side(AvroBytes in) throws WireException {
        int length = in.readLength();
        int start = in.position();
        in.skip(length);
        return sides.get(in.array(), start, length);
    }

    private static List<Integer> conditions(AvroBytes in) throws WireException {
        int count = in.readBlock();
        if (count == 0) {
            return List.of();
        }
        List<Integer> items = new ArrayList<>(count);
        for (; count > 0; count = in.readBlock()) {
            for (int i = 0; i < count; i++) {
                items.add(in.readInt());
            }
        }
        return items;
    }
}
