package io.champion.features;

import io.champion.tracking.Statistics;
import java.util.stream.Stream;
import org.apache.flink.api.common.accumulators.Accumulator;

/**
 * What the features of a run are like: of each its mean, deviation and how often it is not known,
 * of all rows; and of each two how they go together, of every {@value #EVERY}th row, for that takes
 * a while.
 */
final class FeatureStatistics implements Accumulator<double[], FeatureStatistics> {
    private static final long serialVersionUID = 1L;

    static final int EVERY = 16;

    /** Correlations are known of the first ones alone: more cannot be told apart in a picture. */
    static final int MAX_CORRELATED = 64;

    private final int columns;
    private final int correlated;
    private Statistics[] values;
    private long rows;

    /** Of each two, their moments where both are known. */
    private Moments[] pairs;

    /** Of two columns, in one pass; see {@link Statistics}. */
    private static final class Moments implements java.io.Serializable {
        private static final long serialVersionUID = 1L;

        private long count;
        private double meanX;
        private double meanY;
        private double squaresX;
        private double squaresY;
        private double products;

        void add(double x, double y) {
            count++;
            double deltaX = x - meanX;
            double deltaY = y - meanY;
            meanX += deltaX / count;
            meanY += deltaY / count;
            squaresX += deltaX * (x - meanX);
            squaresY += deltaY * (y - meanY);
            products += deltaX * (y - meanY);
        }

        void add(Moments other) {
            if (other.count == 0) {
                return;
            }
            long both = count + other.count;
            double weight = (double) count * other.count / both;
            double deltaX = other.meanX - meanX;
            double deltaY = other.meanY - meanY;
            squaresX += other.squaresX + deltaX * deltaX * weight;
            squaresY += other.squaresY + deltaY * deltaY * weight;
            products += other.products + deltaX * deltaY * weight;
            meanX += deltaX * other.count / both;
            meanY += deltaY * other.count / both;
            count = both;
        }

        double correlation() {
            // NaN where one of them is always the same.
            return products / Math.sqrt(squaresX * squaresY);
        }
    }

    /**
     * @param columns how many features there are
     */
    FeatureStatistics(int columns) {
        this.columns = columns;
        this.correlated = Math.min(columns, MAX_CORRELATED);
        resetLocal();
    }

    @Override
    public void resetLocal() {
        rows = 0;
        values = Stream.generate(Statistics::new).limit(columns).toArray(Statistics[]::new);
        pairs =
                Stream.generate(Moments::new)
                        .limit((long) correlated * (correlated - 1) / 2)
                        .toArray(Moments[]::new);
    }

    /**
     * Adds the features of a bar.
     *
     * @param row NaN where not known
     */
    @Override
    public void add(double[] row) {
        for (int column = 0; column < columns; column++) {
            if (Double.isFinite(row[column])) {
                values[column].add(row[column]);
            }
        }
        if (rows++ % EVERY == 0) {
            addPairs(row);
        }
    }

    private void addPairs(double[] row) {
        int pair = 0;
        for (int y = 1; y < correlated; y++) {
            for (int x = 0; x < y; x++, pair++) {
                if (Double.isFinite(row[x]) && Double.isFinite(row[y])) {
                    pairs[pair].add(row[x], row[y]);
                }
            }
        }
    }

    @Override
    public void merge(Accumulator<double[], FeatureStatistics> other) {
        FeatureStatistics part = other.getLocalValue();
        rows += part.rows;
        for (int column = 0; column < columns; column++) {
            values[column].add(part.values[column]);
        }
        for (int pair = 0; pair < pairs.length; pair++) {
            pairs[pair].add(part.pairs[pair]);
        }
    }

    @Override
    public FeatureStatistics getLocalValue() {
        return this;
    }

    @Override
    @SuppressWarnings("MissingSuperCall") // Of no use to a class with final fields.
    public Accumulator<double[], FeatureStatistics> clone() {
        FeatureStatistics copy = new FeatureStatistics(columns);
        copy.merge(this);
        return copy;
    }

    long rows() {
        return rows;
    }

    /** Of a feature, where it is known. */
    Statistics of(int column) {
        return values[column];
    }

    /** The part of the rows in which a feature is not known; NaN where there are no rows. */
    double nullShare(int column) {
        return (rows - values[column].count()) / (double) rows;
    }

    /** How many features, from the first, have correlations. */
    int correlated() {
        return correlated;
    }

    /**
     * Pearson's correlation of two features, NaN where there is none: where they are never known
     * together, or one never changes.
     */
    double correlation(int a, int b) {
        if (a == b) {
            return values[a].deviation() > 0 ? 1 : Double.NaN;
        }
        int y = Math.max(a, b);
        return pairs[y * (y - 1) / 2 + Math.min(a, b)].correlation();
    }
}
