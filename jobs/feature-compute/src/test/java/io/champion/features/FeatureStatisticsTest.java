package io.champion.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Against the formulas of the textbook, in two passes. */
final class FeatureStatisticsTest {
    private static final int ROWS = 16_000;

    /** The last is never known, and the one before always the same. */
    private static List<double[]> rows() {
        Random random = new Random(1);
        List<double[]> rows = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            double price = 1e6 + random.nextGaussian();
            rows.add(
                    new double[] {
                        price,
                        i % 4 == 0 ? Double.NaN : 3 * price + random.nextGaussian(),
                        -price + random.nextGaussian(),
                        7,
                        Double.NaN
                    });
        }
        return rows;
    }

    @Test
    void theyAreThoseOfTheTextbookAlsoWhereTasksTookParts() {
        FeatureStatistics one = new FeatureStatistics(5);
        FeatureStatistics other = new FeatureStatistics(5);
        List<double[]> rows = rows();
        for (int i = 0; i < ROWS; i++) {
            (i < ROWS / 4 ? one : other).add(rows.get(i));
        }
        one.merge(other);

        assertThat(one.rows()).isEqualTo(ROWS);
        for (int column = 0; column < 4; column++) {
            int c = column;
            double[] known =
                    rows.stream().mapToDouble(r -> r[c]).filter(v -> !Double.isNaN(v)).toArray();
            double mean = mean(known);
            double squares = 0;
            for (double value : known) {
                squares += (value - mean) * (value - mean);
            }
            assertThat(one.of(column).mean()).isCloseTo(mean, within(1e-8));
            assertThat(one.of(column).deviation())
                    .isCloseTo(Math.sqrt(squares / known.length), within(1e-8));
        }
        assertThat(one.nullShare(0)).isZero();
        assertThat(one.nullShare(1)).isEqualTo(0.25);
        assertThat(one.nullShare(4)).isEqualTo(1);
        assertThat(one.of(4).mean()).isNaN();

        assertThat(one.correlation(2, 0)).isEqualTo(one.correlation(0, 2)).isBetween(-0.8, -0.6);
        assertThat(one.correlation(2, 2)).isEqualTo(1);
        assertThat(one.correlation(0, 3)).isNaN();
        assertThat(one.correlation(0, 4)).isNaN();
        assertThat(one.correlation(4, 4)).isNaN();
        List<double[]> sampled = new ArrayList<>();
        for (int i = 0; i < ROWS; i += FeatureStatistics.EVERY) {
            sampled.add(rows.get(i));
        }
        assertThat(one.correlation(0, 2)).isCloseTo(correlation(sampled, 0, 2), within(1e-9));
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double correlation(List<double[]> rows, int a, int b) {
        double meanA = mean(rows.stream().mapToDouble(r -> r[a]).toArray());
        double meanB = mean(rows.stream().mapToDouble(r -> r[b]).toArray());
        double products = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (double[] row : rows) {
            products += (row[a] - meanA) * (row[b] - meanB);
            squaresA += (row[a] - meanA) * (row[a] - meanA);
            squaresB += (row[b] - meanB) * (row[b] - meanB);
        }
        return products / Math.sqrt(squaresA * squaresB);
    }

    @Test
    void theyMakeAPicture() throws Exception {
        FeatureStatistics statistics = new FeatureStatistics(3);
        Random random = new Random(2);
        for (int i = 0; i < ROWS; i++) {
            double price = random.nextGaussian();
            statistics.add(new double[] {price, -price, random.nextGaussian()});
        }
        byte[] png = CorrelationChart.png(List.of("close", "minus_close", "noise"), statistics);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        assertThat(image.getWidth()).isPositive();
        // Red for what is the same, blue for what is the opposite.
        assertThat(pixels(image, 0xb2182b)).isGreaterThan(pixels(image, 0x2166ac));
        assertThat(pixels(image, 0x2166ac)).isGreaterThan(100);
    }

    private static long pixels(BufferedImage image, int color) {
        long count = 0;
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                if ((image.getRGB(x, y) & 0xffffff) == color) {
                    count++;
                }
            }
        }
        return count;
    }
}
