package io.champion.flatfile;

import java.io.Serializable;
import java.util.List;

/**
 * Which column of a file holds what.
 *
 * @param kind kind of the file
 * @param names the header, in lower case, outer blanks removed
 */
record Header(FlatFileKind kind, List<String> names) implements Serializable {

    /** What a column is that is not read, and not checked either. */
    static final int IGNORED = -1;

    Header {
        names = List.copyOf(names);
    }

    /** For each column its place among the fields of the kind, or {@link #IGNORED}. */
    int[] fields() {
        int[] fields = new int[names.size()];
        List<String> known = kind.fields().stream().map(Field::name).toList();
        for (int i = 0; i < fields.length; i++) {
            fields[i] = known.indexOf(names.get(i));
        }
        return fields;
    }
}
