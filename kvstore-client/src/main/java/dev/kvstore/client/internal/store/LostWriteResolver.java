package dev.kvstore.client.internal.store;

import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteCondition.IfMatch;
import dev.kvstore.client.internal.request.Answer;
import dev.kvstore.client.internal.request.Call;
import dev.kvstore.client.internal.request.Endpoint;
import dev.kvstore.client.internal.request.ProblemDetails;
import dev.kvstore.client.internal.request.Query;
import dev.kvstore.client.internal.request.StoreUrls;
import dev.kvstore.client.internal.request.Transport;
import dev.kvstore.client.internal.request.WireReader;
import dev.kvstore.internal.support.Backoff;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.RawValue;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Sends writes, and finds out what became of one whose answer was lost. Each brings the etag that
 * the entry will have. What can be known:
 *
 * <ul>
 *   <li>The entry has that etag: done. So says a service that refuses the write because the entry
 *       has it: another node, or one that was started again.
 *   <li>A node answers that it has done the write before: this is what came of it. So the write is
 *       sent again to where it was sent first. A node does it once, and if it never arrived, does
 *       it now; one that comes late is not done any more. Only there: elsewhere it would be another
 *       write, and the first, still on its way, could undo what others wrote since.
 *   <li>A write that demands an etag may be sent again to any node: of two that demand the same
 *       etag one is done at most, as that takes it away.
 *   <li>An increment is never sent again as it was, for a node that was started again has forgotten
 *       what it did. It is sent under a condition that never holds: who has done it answers with
 *       what came of it, and all others with a refusal.
 *   <li>All else proves nothing: the write may still be on its way, or was done and written over.
 * </ul>
 *
 * <p>So this is tried in turn, within the deadline of the call, and then the outcome is unknown.
 */
record LostWriteResolver(Transport transport, StoreUrls urls) {
  private static final String REPLAYED = "KV-Replayed";

  /** No entry has it: it was made for this. */
  private static final WriteCondition NEVER = WriteCondition.ifMatch(new ObjectId().toHexString());

  private static final int MOST_NOTED = 5;

  /**
   * Returns what came of the write.
   *
   * @param chosenEtag the etag that the caller chose for the write; null for a new one
   * @param read what an answer says
   * @param settled what an entry that has the write's etag says; null where the write leaves none
   * @throws OutcomeUnknownException if it may have been done or not
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
      // With an etag that the caller chose, it may be the etag of another write.
      if (chosenEtag != null || !isRefusedAsDone(answer)) {
        return read.apply(answer);
      }
      // A proxy has sent it twice.
      failure = new OutcomeUnknownException(
          answer + ": it was done before, and what came of it is not known", null);
    } catch (OutcomeUnknownException e) {
      failure = e;
    }
    return new Lost<>(write, Objects.requireNonNull(sentTo.get()), failure, read, settled)
        .settle(deadline);
  }

  /** Returns true if the write is refused because the entry has its etag already. */
  private static boolean isRefusedAsDone(Answer answer) {
    return ProblemDetails.in(answer)
        .map(problem ->
            problem.refusesForEtag(Objects.requireNonNull(answer.call().etag())))
        .orElse(false);
  }

  /** A write whose answer was lost. */
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
        // Who does not answer may come back, so that does not count.
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
        // Whoever interrupts wants the thread back, not another wait.
        throw failure;
      }
      try {
        return transport.sendOnce(call, endpoint, deadline.part(0.5));
      } catch (KVException e) {
        note(e);
        return null;
      }
    }

    /** Notes why it could not be told so far. */
    private void note(KVException e) {
      if (failure.getSuppressed().length < MOST_NOTED) {
        failure.addSuppressed(e);
      }
    }
  }
}
