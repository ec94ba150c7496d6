package io.champion.bhavcopy;

import io.champion.lake.ContractTypeInfo;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The job's graph: sessions, spread over all tasks, each ingested whole; records into all sinks.
 */
final class BhavcopyIngestTopology {

    private BhavcopyIngestTopology() {}

    /**
     * Builds the graph.
     *
     * @param sessions what to ingest; one at least
     * @param earlierRuns what earlier runs wrote of a session
     * @param ingestTime when the run started
     * @param sinks where all records go, by uid
     */
    static void build(
            StreamExecutionEnvironment env,
            Collection<Session> sessions,
            EarlierRuns earlierRuns,
            Instant ingestTime,
            Map<String, Sink<SpecificRecordBase>> sinks) {
        DataStream<SpecificRecordBase> records =
                env.fromData(sessions, TypeInformation.of(Session.class))
                        .name("sessions")
                        .uid("sessions")
                        .rebalance()
                        .process(
                                new SessionFunction(earlierRuns, ingestTime),
                                ContractTypeInfo.INSTANCE)
                        .name("ingest session")
                        .uid("ingest-session");
        sinks.forEach((uid, sink) -> records.sinkTo(sink).name(uid).uid(uid));
    }
}
