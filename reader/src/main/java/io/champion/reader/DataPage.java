package io.champion.reader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.values.delta.DeltaBinaryPackingValuesReader;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * A data page of format version 1, decompressed: its levels are decoded, its values stay as they
 * are until a {@link VectorBuilder} takes them. Used again for page after page.
 */
final class DataPage {
    /** So many bytes behind a page may be read, though never used. */
    static final int PADDING = Long.BYTES;

    private final PrimitiveTypeName physical;
    private final boolean list;
    private final boolean optional;

    private byte[] bytes;
    private int valuesAt;
    private int end;
    private Dictionary dictionary;
    private int[] ids = new int[0];
    private int[] levels = new int[0];
    private int[] listEnds = new int[0];
    private int[] textPlaces = new int[0];
    private boolean textsFound;
    private int values;
    private long[] differences;

    /** Values before each row; null where each row has one. */
    private int[] valuesBefore;

    private int[] roomForValuesBefore = new int[0];

    DataPage(ColumnDescriptor column) {
        this.physical = column.getPrimitiveType().getPrimitiveTypeName();
        this.list = column.getMaxRepetitionLevel() > 0;
        this.optional = column.getMaxDefinitionLevel() > 0;
    }

    /** Whether pages of such a column can be decoded here. */
    static boolean canDecode(ColumnDescriptor column) {
        return column.getMaxRepetitionLevel() == 0
                ? column.getMaxDefinitionLevel() <= 1
                : column.getMaxRepetitionLevel() == 1 && column.getMaxDefinitionLevel() == 1;
    }

    PrimitiveTypeName physical() {
        return physical;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Where plain values begin. */
    int valuesAt() {
        return valuesAt;
    }

    int end() {
        return end;
    }

    /** Null where values are plain. */
    Dictionary dictionary() {
        return dictionary;
    }

    /** The ids of the values in the dictionary. */
    int[] ids() {
        return ids;
    }

    /** Where the elements of each row of a list end, counted from the page's first. */
    int[] listEnds() {
        return listEnds;
    }

    /** Where each plain text's length stands in the bytes, and where the last text ends. */
    int[] textPlaces() {
        if (!textsFound) {
            if (textPlaces.length <= values) {
                textPlaces = new int[values + 1];
            }
            int at = valuesAt;
            for (int i = 0; i < values; i++) {
                textPlaces[i] = at;
                at += Integer.BYTES + VectorBuilder.intAt(bytes, at);
            }
            textPlaces[values] = at;
            textsFound = true;
        }
        return textPlaces;
    }

    /** Values that were differences; null where they are plain or ids. */
    long[] differences() {
        return differences;
    }

    /**
     * Takes a page.
     *
     * @param content with {@link #PADDING} more bytes than {@code length}
     * @param rows that it has
     * @param entries values that it has, nulls and empty lists included
     * @param dictionaryOfIds null where values are no ids
     * @param deltas whether values are 64-bit differences (DELTA_BINARY_PACKED)
     * @throws IOException if the differences cannot be decoded
     */
    void load(
            byte[] content,
            int length,
            int rows,
            int entries,
            Dictionary dictionaryOfIds,
            boolean deltas)
            throws IOException {
        if (!list && entries != rows) {
            throw new IllegalArgumentException(
                    "A page has " + entries + " values for " + rows + " rows.");
        }
        bytes = content;
        end = length;
        dictionary = dictionaryOfIds;
        textsFound = false;
        valuesBefore = null;
        values = entries;
        int at = 0;
        if (list) {
            int repetitions = VectorBuilder.intAt(bytes, at);
            int definitionsAt = at + Integer.BYTES + repetitions;
            int definitions = VectorBuilder.intAt(bytes, definitionsAt);
            findLists(rows, entries, at + Integer.BYTES, definitionsAt, definitions);
            at = definitionsAt + Integer.BYTES + definitions;
        } else if (optional) {
            int definitions = VectorBuilder.intAt(bytes, at);
            at += Integer.BYTES;
            if (!RunLengthDecoder.isOneRun(bytes, at, at + definitions, 1, 1, entries)) {
                findNulls(entries, at, at + definitions);
            }
            at += definitions;
        }
        valuesAt = at;
        differences = deltas ? decodeDifferences() : null;
        if (dictionary != null && values > 0) {
            if (ids.length < values) {
                ids = new int[values];
            }
            RunLengthDecoder.decode(bytes, at + 1, end, bytes[at], ids, values);
        }
    }

    private long[] decodeDifferences() throws IOException {
        DeltaBinaryPackingValuesReader reader = new DeltaBinaryPackingValuesReader();
        reader.initFromPage(
                values,
                ByteBufferInputStream.wrap(ByteBuffer.wrap(bytes, valuesAt, end - valuesAt)));
        long[] decoded = new long[values];
        for (int i = 0; i < decoded.length; i++) {
            decoded[i] = reader.readLong();
        }
        return decoded;
    }

    private void findNulls(int entries, int from, int to) {
        if (levels.length < entries) {
            levels = new int[entries];
        }
        RunLengthDecoder.decode(bytes, from, to, 1, levels, entries);
        if (roomForValuesBefore.length <= entries) {
            roomForValuesBefore = new int[entries + 1];
        }
        valuesBefore = roomForValuesBefore;
        int count = 0;
        for (int row = 0; row < entries; row++) {
            valuesBefore[row] = count;
            count += levels[row];
        }
        valuesBefore[entries] = count;
        values = count;
    }

    private void findLists(
            int rows, int entries, int repetitionsAt, int definitionsAt, int definitions) {
        if (levels.length < entries) {
            levels = new int[entries];
        }
        if (ids.length < entries) {
            ids = new int[entries];
        }
        if (listEnds.length < entries) {
            listEnds = new int[entries];
        }
        RunLengthDecoder.decode(bytes, repetitionsAt, definitionsAt, 1, levels, entries);
        int start = definitionsAt + Integer.BYTES;
        // The ids come later: until then their array has room for these levels.
        RunLengthDecoder.decode(bytes, start, start + definitions, 1, ids, entries);
        int row = -1;
        int count = 0;
        for (int i = 0; i < entries; i++) {
            row += 1 - levels[i];
            count += ids[i];
            listEnds[row] = count;
        }
        if (row + 1 != rows) {
            throw new IllegalArgumentException(
                    "A page has lists of " + (row + 1) + " rows, not of " + rows + ".");
        }
        values = count;
    }

    /** Adds rows of the page to a column. */
    void emit(int from, int to, VectorBuilder into) {
        if (list || valuesBefore == null) {
            into.add(this, from, to - from);
            return;
        }
        int row = from;
        while (row < to) {
            int start = row;
            boolean there = levels[row] != 0;
            while (row < to && levels[row] != 0 == there) {
                row++;
            }
            if (there) {
                into.add(this, valuesBefore[start], row - start);
            } else {
                into.addNulls(row - start);
            }
        }
    }

    /**
     * Finds the rows that have a text; the column has no lists.
     *
     * @param firstRow of the page in its row group
     */
    void find(byte[] text, int firstRow, int rows, Ranges.Builder into) {
        int wanted = dictionary == null ? -1 : dictionary.idOf(text);
        if (dictionary != null && wanted < 0) {
            return;
        }
        int[] places = dictionary == null ? textPlaces() : null;
        for (int row = 0; row < rows; row++) {
            if (valuesBefore != null && levels[row] == 0) {
                continue;
            }
            int value = valuesBefore == null ? row : valuesBefore[row];
            boolean found =
                    dictionary == null
                            ? Arrays.equals(
                                    bytes,
                                    places[value] + Integer.BYTES,
                                    places[value + 1],
                                    text,
                                    0,
                                    text.length)
                            : ids[value] == wanted;
            if (found) {
                into.add(firstRow + row, firstRow + row + 1);
            }
        }
    }
}
