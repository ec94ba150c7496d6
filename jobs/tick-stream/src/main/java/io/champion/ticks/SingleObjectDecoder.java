package io.champion.ticks;

import io.champion.model.record.EquityTrade;
import java.io.IOException;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;

/** Reads Avro's single-object encoding of the contract as it is now. */
final class SingleObjectDecoder implements TickDecoder {
    private static final long serialVersionUID = 1L;

    private static final int HEADER = 10;

    private transient SpecificDatumReader<EquityTrade> reader;
    private transient BinaryDecoder decoder;
    private transient long fingerprint;

    @Override
    public EquityTrade decode(byte[] value) throws RejectedTickException {
        if (reader == null) {
            reader = new SpecificDatumReader<>(EquityTrade.class);
            fingerprint = SchemaNormalization.parsingFingerprint64(EquityTrade.getClassSchema());
        }
        if (value == null || value.length < HEADER || !hasHeader(value)) {
            throw new RejectedTickException(
                    "value", null, "The value is no tick in Avro's single-object encoding.");
        }
        decoder = DecoderFactory.get().binaryDecoder(value, HEADER, value.length - HEADER, decoder);
        try {
            return reader.read(null, decoder);
        } catch (IOException | RuntimeException e) {
            // Avro throws whatever it likes at bytes that are no record.
            throw new RejectedTickException(
                    "value", null, "The value is no record of the contract: " + e.getMessage());
        }
    }

    private boolean hasHeader(byte[] value) {
        if (value[0] != (byte) 0xC3 || value[1] != 1) {
            return false;
        }
        long found = 0;
        for (int i = HEADER - 1; i >= 2; i--) {
            found = found << 8 | value[i] & 0xFF;
        }
        return found == fingerprint;
    }
}
