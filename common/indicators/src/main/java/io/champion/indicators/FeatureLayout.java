package io.champion.indicators;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where in an instrument's state which computation has its slice. The text form is stable, to be
 * kept beside states: one line for each slice, its length and the computation.
 *
 * <p>A slice belongs to a computation, not to a name. So a feature that is renamed, or moved to
 * another group, keeps its state; one whose window changes is another computation and begins anew.
 */
public final class FeatureLayout {

    private final Map<String, Integer> lengths;

    /**
     * @param lengths by computation, in the order of the slices
     */
    FeatureLayout(Map<String, Integer> lengths) {
        this.lengths = new LinkedHashMap<>(lengths);
    }

    /**
     * The layout that {@link #toString} described.
     *
     * @throws IllegalArgumentException if the text is none
     */
    public static FeatureLayout parse(String text) {
        Map<String, Integer> lengths = new LinkedHashMap<>();
        for (String line : text.lines().toList()) {
            int blank = line.indexOf(' ');
            if (blank < 1 || !line.substring(0, blank).chars().allMatch(Character::isDigit)) {
                throw new IllegalArgumentException("'" + line + "' is no slice of a layout.");
            }
            lengths.put(line.substring(blank + 1), Integer.valueOf(line.substring(0, blank)));
        }
        return new FeatureLayout(lengths);
    }

    /** Length of an instrument's state, in doubles. */
    public int stateSize() {
        return lengths.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** The computations, in the order of their slices. */
    public List<String> computations() {
        return List.copyOf(lengths.keySet());
    }

    /** How states of another layout become states of this one. */
    public StateMove from(FeatureLayout before) {
        Map<String, Integer> offsets = before.offsets();
        List<StateMove.Copy> copies = new ArrayList<>();
        List<String> added = new ArrayList<>();
        offsets()
                .forEach(
                        (computation, offset) -> {
                            Integer length = lengths.get(computation);
                            if (length.equals(before.lengths.get(computation))) {
                                copies.add(
                                        new StateMove.Copy(
                                                offsets.get(computation), offset, length));
                            } else {
                                added.add(computation);
                            }
                        });
        List<String> dropped =
                before.lengths.keySet().stream()
                        .filter(computation -> !isKept(before, computation))
                        .toList();
        return new StateMove(before.stateSize(), stateSize(), copies, added, dropped);
    }

    private boolean isKept(FeatureLayout before, String computation) {
        return before.lengths.get(computation).equals(lengths.get(computation));
    }

    private Map<String, Integer> offsets() {
        Map<String, Integer> offsets = new LinkedHashMap<>();
        int offset = 0;
        for (Map.Entry<String, Integer> slice : lengths.entrySet()) {
            offsets.put(slice.getKey(), offset);
            offset += slice.getValue();
        }
        return offsets;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FeatureLayout layout && toString().equals(layout.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        lengths.forEach(
                (computation, length) ->
                        text.append(length).append(' ').append(computation).append('\n'));
        return text.toString();
    }
}
