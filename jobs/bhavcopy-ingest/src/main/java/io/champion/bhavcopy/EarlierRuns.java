package io.champion.bhavcopy;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * What earlier runs wrote of a session. It is merged again with what a run reads, so that the
 * result does not depend on the order or grouping of runs where these are of different sources.
 * Between files of one source, records do not tell which was published last: those of the later run
 * count.
 */
@FunctionalInterface
interface EarlierRuns extends Serializable {

    /** Records of the session as received, and rejects, of any source. */
    List<SpecificRecordBase> of(Session session) throws IOException;
}
