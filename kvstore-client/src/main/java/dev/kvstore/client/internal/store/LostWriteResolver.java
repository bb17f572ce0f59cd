package dev.kvstore.client.internal.store;

import dev.kvstore.ChangeReport;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteCondition.IfMatch;
import dev.kvstore.client.internal.request.Answer;
import dev.kvstore.client.internal.request.Call;
import dev.kvstore.client.internal.request.Endpoint;
import dev.kvstore.client.internal.request.HistoryAnswers;
import dev.kvstore.client.internal.request.ProblemDetails;
import dev.kvstore.client.internal.request.Query;
import dev.kvstore.client.internal.request.StoreUrls;
import dev.kvstore.client.internal.request.Transport;
import dev.kvstore.client.internal.request.WireReader;
import dev.kvstore.internal.support.Backoff;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.RawValue;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Sends writes, and determines the outcome of one whose response was lost. Each write has an
 * idempotency key, which is also the etag of the written entry. This is what can be known:
 *
 * <ul>
 *   <li>The entry has that etag: it was done. The same is true if a service refuses the write
 *       because the entry already has the etag, which happens at another node or after a restart.
 *   <li>A node replays the outcome of the earlier request. So the write is sent again to the same
 *       node, which executes it only once: if the first request never arrived, the node executes it
 *       now, and ignores the first one if it arrives late. It is not sent to another node, where it
 *       would be a separate write, and the first one, still in transit, could overwrite later
 *       writes of others.
 *   <li>A write on the condition of an etag may be sent again to any node: of two writes that
 *       demand the same etag at most one is done, because the first changes the etag.
 *   <li>An increment is never sent again unchanged, because a restarted node has forgotten what it
 *       did. It is sent with a condition that never holds: a node that has executed it replays the
 *       outcome, and any other refuses it.
 *   <li>Anything else proves nothing: the write may still be in transit, or was done and
 *       overwritten.
 * </ul>
 *
 * <p>These checks are repeated within the deadline of the call; after that the outcome is unknown.
 */
record LostWriteResolver(Transport transport, StoreUrls urls) {
  private static final String REPLAYED = "KV-Replayed";

  /** A condition that never holds, with a new etag. */
  private static final WriteCondition NEVER = WriteCondition.ifMatch(new ObjectId().toHexString());

  private static final int MOST_NOTED = 5;

  /**
   * Sends a change of many entries and returns its report.
   *
   * @param fingerprint the fingerprint of a dry run; empty for no condition
   */
  ChangeReport changeMany(
      URI url, Optional<String> fingerprint, Cause cause, BsonDocument body, Deadline deadline) {
    WriteCondition condition =
        fingerprint.<WriteCondition>map(WriteCondition::ifMatch).orElse(WriteCondition.NONE);
    Call call = Call.write("POST", url, null, condition, cause, HttpHistory.body(body));
    return send(call, null, deadline, answer -> answer.read(HistoryAnswers::report), null);
  }

  /**
   * Sends the write and returns its outcome.
   *
   * @param chosenEtag the etag that the caller chose for the write; null for a new one
   * @param read parses a response
   * @param settled returns the result for an entry with the write's etag; null if the write leaves
   *     no entry
   * @throws OutcomeUnknownException if the outcome is unknown
   * @throws KVException if it was not done
   */
  <T> T send(
      Call unnamed,
      @Nullable String chosenEtag,
      Deadline deadline,
      Function<Answer, T> read,
      @Nullable Function<KVEntry<RawValue>, T> settled) {
    Call write =
        unnamed.with(Call.ETAG, chosenEtag == null ? new ObjectId().toHexString() : chosenEtag);
    AtomicReference<Endpoint> sentTo = new AtomicReference<>();
    OutcomeUnknownException failure;
    try {
      Answer answer = transport.send(write, deadline, sentTo::set);
      // An etag chosen by the caller may be that of another write.
      if (chosenEtag != null || !isRefusedAsDone(answer)) {
        return read.apply(answer);
      }
      // A proxy has sent the request twice.
      failure = new OutcomeUnknownException(
          answer + ": it was done before, and what came of it is not known", null);
    } catch (OutcomeUnknownException e) {
      failure = e;
    }
    return new Lost<>(write, Objects.requireNonNull(sentTo.get()), failure, read, settled)
        .settle(deadline);
  }

  /** Returns true if the write was refused because the entry already has its etag. */
  private static boolean isRefusedAsDone(Answer answer) {
    return ProblemDetails.in(answer)
        .map(problem ->
            problem.refusesForEtag(Objects.requireNonNull(answer.call().etag())))
        .orElse(false);
  }

  /** A write whose response was lost. */
  private final class Lost<T> {
    private final Call write;
    private final Endpoint sentTo;
    private final OutcomeUnknownException failure;
    private final Function<Answer, T> read;
    private final @Nullable Function<KVEntry<RawValue>, T> settled;

    Lost(
        Call write,
        Endpoint sentTo,
        OutcomeUnknownException failure,
        Function<Answer, T> read,
        @Nullable Function<KVEntry<RawValue>, T> settled) {
      this.write = write;
      this.sentTo = sentTo;
      this.failure = failure;
      this.read = read;
      this.settled = settled;
    }

    T settle(Deadline deadline) {
      Backoff backoff = transport.backoff();
      int answered = 0;
      while (answered < transport.rounds()) {
        Answer entry = settled == null ? null : askForEntry(deadline);
        T outcome = entry == null ? null : outcomeIn(entry);
        if (outcome != null) {
          return outcome;
        }
        Answer again = sendAgain(deadline);
        outcome = again == null ? null : outcomeOf(again, deadline);
        if (outcome != null) {
          return outcome;
        }
        // Count only answered rounds: a node that does not answer may come back.
        answered += entry != null || again != null ? 1 : 0;
        transport.pause(backoff.next(), deadline, failure);
      }
      throw failure;
    }

    private @Nullable Answer askForEntry(Deadline deadline) {
      String key = Objects.requireNonNull(write.key());
      Call look = Call.read(urls.key(key, Query.none().and("view", "entry")), key)
          .with("Cache-Control", "no-cache");
      return ask(look, transport.endpoints().choose(), deadline);
    }

    private @Nullable T outcomeIn(Answer answer) {
      if (settled == null || answer.status() != 200) {
        return null;
      }
      try {
        KVEntry<RawValue> entry =
            answer.read(body -> WireReader.entry(body, Objects.requireNonNull(write.key())));
        return entry.etag().equals(write.etag()) ? settled.apply(entry) : null;
      } catch (KVException e) {
        note(e);
        return null;
      }
    }

    private @Nullable Answer sendAgain(Deadline deadline) {
      return isHarmlessAnywhere()
          ? ask(write, transport.endpoints().choose(), deadline)
          : ask(isIncrement() ? write.under(NEVER) : write, sentTo, deadline);
    }

    private boolean isHarmlessAnywhere() {
      return write.condition() instanceof IfMatch;
    }

    private boolean isIncrement() {
      return write.method().equals("POST");
    }

    private @Nullable T outcomeOf(Answer answer, Deadline deadline) {
      if (isRefusedAsDone(answer)) {
        Answer entry = settled == null ? null : askForEntry(deadline);
        return entry == null ? null : outcomeIn(entry);
      }
      boolean replayed = answer.response().headers().firstValue(REPLAYED).isPresent();
      boolean done = answer.status() / 100 == 2 && (isHarmlessAnywhere() || !isIncrement());
      try {
        return replayed || done ? read.apply(answer) : null;
      } catch (UnavailableException | OutcomeUnknownException e) {
        note(e);
        return null;
      }
    }

    private @Nullable Answer ask(Call call, Endpoint endpoint, Deadline deadline) {
      if (Thread.currentThread().isInterrupted()) {
        // After an interrupt, do not wait again.
        throw failure;
      }
      try {
        return transport.sendOnce(call, endpoint, deadline.part(0.5));
      } catch (KVException e) {
        note(e);
        return null;
      }
    }

    /** Adds the reason why the outcome could not be determined so far. */
    private void note(KVException e) {
      if (failure.getSuppressed().length < MOST_NOTED) {
        failure.addSuppressed(e);
      }
    }
  }
}
