package io.champion.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Moves the prices of a made-up exchange from session to session: a common factor, one per sector
 * and each security's own. All money is in paise, so that every file tells the same numbers.
 */
final class Market {

    private static final long TICK = 5;

    private final Random random;
    private final List<Instrument> instruments;
    private final long[] closes;
    private final double[] sectorLevels = new double[Universe.SECTORS.length];
    private final double[] sectorCloses;

    Market(long seed, List<Instrument> instruments) {
        this.random = new Random(seed ^ 0x5DEECE66DL);
        this.instruments = instruments;
        this.closes = instruments.stream().mapToLong(Instrument::startPrice).toArray();
        java.util.Arrays.fill(sectorLevels, 10_000);
        this.sectorCloses = sectorLevels.clone();
    }

    /**
     * One security's session.
     *
     * @param turnover paise
     * @param delivered shares
     */
    record Bar(
            Instrument instrument,
            long previousClose,
            long open,
            long high,
            long low,
            long close,
            long last,
            long settlement,
            long volume,
            long turnover,
            long trades,
            long delivered) {

        long average() {
            return Math.round((double) turnover / volume);
        }
    }

    /**
     * One index's session, in hundredths of a point.
     *
     * @param turnover of the members, paise
     * @param volume of the members, shares
     */
    record IndexBar(
            String name,
            long previousClose,
            long open,
            long high,
            long low,
            long close,
            long turnover,
            long volume,
            long trades) {}

    /** A session of the whole exchange. */
    record Day(List<Bar> bars, List<IndexBar> indices) {}

    /**
     * The next session. Securities of which nobody traded a share are missing, as in real files.
     */
    Day next() {
        double market = 0.0006 + 0.008 * random.nextGaussian();
        double[] sectors = new double[Universe.SECTORS.length];
        for (int i = 0; i < sectors.length; i++) {
            sectors[i] = market + 0.006 * random.nextGaussian();
        }
        List<Bar> bars = new ArrayList<>(instruments.size());
        for (int i = 0; i < instruments.size(); i++) {
            Instrument instrument = instruments.get(i);
            double move =
                    sectors[instrument.sector()] + instrument.volatility() * random.nextGaussian();
            // Circuit filters stop a move at 20 percent.
            move = Math.max(-0.2, Math.min(0.2, move));
            Bar bar = bar(instrument, closes[i], move);
            if (bar.volume() > 0) {
                bars.add(bar);
                closes[i] = bar.close();
            }
        }
        return new Day(bars, indices(bars, sectors));
    }

    private Bar bar(Instrument instrument, long previous, double move) {
        double activity = StrictMath.exp(0.5 * random.nextGaussian() + 12 * Math.abs(move));
        long volume = (long) (instrument.dailyVolume() * activity);
        long open = price(previous * (1 + move * 0.4 * random.nextDouble()));
        long close = price(previous * (1 + move));
        double reach = Math.abs(random.nextGaussian()) * instrument.volatility() * 0.5;
        long high = Math.max(Math.max(open, close), price(Math.max(open, close) * (1 + reach)));
        long low = Math.min(Math.min(open, close), price(Math.min(open, close) * (1 - reach)));
        long last = Math.max(low, Math.min(high, close + TICK * (random.nextInt(5) - 2)));
        long settlement = random.nextInt(100) < 31 ? last : close;
        if (instrument.isSameDay()) {
            // The exchange closes these at the price of the EQ series, outside their own range.
            high = open;
            low = open;
            last = open;
        }
        double average = (low + high + 2.0 * close) / 4;
        long turnover =
                Math.round(Math.max((double) low, Math.min((double) high, average)) * volume);
        long trades = Math.max(1, Math.round(volume / (20 + 60 * random.nextDouble())));
        long delivered = Math.round(volume * (0.15 + 0.7 * random.nextDouble()));
        return new Bar(
                instrument,
                previous,
                open,
                high,
                low,
                close,
                last,
                settlement,
                volume,
                turnover,
                volume == 0 ? 0 : Math.min(volume, trades),
                delivered);
    }

    private List<IndexBar> indices(List<Bar> bars, double[] moves) {
        List<IndexBar> indices = new ArrayList<>();
        double all = 0;
        double allBefore = 0;
        for (int sector = 0; sector < moves.length; sector++) {
            sectorLevels[sector] *= 1 + moves[sector];
            int wanted = sector;
            indices.add(
                    index(
                            "Champion " + Universe.SECTORS[sector],
                            sectorCloses[sector],
                            sectorLevels[sector],
                            bars.stream().filter(b -> b.instrument().sector() == wanted).toList()));
            allBefore += sectorCloses[sector];
            all += sectorLevels[sector];
            sectorCloses[sector] = sectorLevels[sector];
        }
        indices.add(
                0,
                index(
                        ExchangeMonth.INDEX,
                        allBefore * 2 / moves.length,
                        all * 2 / moves.length,
                        bars));
        return indices;
    }

    private IndexBar index(String name, double before, double level, List<Bar> members) {
        long previous = Math.round(before * 100);
        long close = Math.round(level * 100);
        long open = Math.round(before * 100 * (1 + 0.002 * random.nextGaussian()));
        double reach = 1 + 0.003 * random.nextDouble();
        return new IndexBar(
                name,
                previous,
                open,
                Math.round((double) Math.max(open, close) * reach),
                Math.round((double) Math.min(open, close) / reach),
                close,
                members.stream().mapToLong(Bar::turnover).sum(),
                members.stream().mapToLong(Bar::volume).sum(),
                members.stream().mapToLong(Bar::trades).sum());
    }

    private static long price(double paise) {
        return Math.max(TICK, Math.round(paise / TICK) * TICK);
    }
}
