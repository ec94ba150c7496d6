package io.champion.warehouse;

import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;

/** What Flink hands to a committer, recorded. */
final class Requests {
    private Requests() {}

    static final class Request<T> implements Committer.CommitRequest<T> {
        private final T committable;
        boolean alreadyCommitted;

        Request(T committable) {
            this.committable = committable;
        }

        @Override
        public T getCommittable() {
            return committable;
        }

        @Override
        public int getNumberOfRetries() {
            return 0;
        }

        @Override
        public void signalFailedWithKnownReason(Throwable t) {
            throw new AssertionError("a block was given up", t);
        }

        @Override
        public void signalFailedWithUnknownReason(Throwable t) {
            throw new AssertionError("a block was given up", t);
        }

        @Override
        public void retryLater() {
            throw new AssertionError("Flink gives up after some retries");
        }

        @Override
        public void updateAndRetryLater(T committable) {
            throw new AssertionError("Flink gives up after some retries");
        }

        @Override
        public void signalAlreadyCommitted() {
            alreadyCommitted = true;
        }
    }

    static <T> List<Request<T>> of(Collection<T> committables) {
        return committables.stream().map(Request::new).toList();
    }

    @SuppressWarnings("unchecked")
    static <T> Collection<Committer.CommitRequest<T>> asRequests(List<Request<T>> requests) {
        return (Collection<Committer.CommitRequest<T>>) (Collection<?>) requests;
    }
}
