package dev.kvstore.http.limits;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * What the service can do and hold at a time, and how much of that each client may have.
 *
 * @param workers execute requests
 * @param requests how many requests of each client are executed, or wait for a worker
 * @param memory how many bytes of bodies and answers are held
 * @param pages how many bytes are held of what was read and is not written yet
 * @param largestValue the most bytes that a value has
 */
public record Load(Workers workers, Turns requests, Shares memory, Shares pages, int largestValue) {
  /** How many requests are executed at a time; more wait their turn. */
  public static final int MAX_REQUESTS = 250;

  /** A character of one byte in BSON takes at most six in JSON, as backslash, u and four digits. */
  public static final int JSON_GROWTH = 6;

  /** Of the memory of the process, so much is for bodies and answers, and half of it for pages. */
  private static final int MEMORY_PART = 8;

  /** Or so much, where the largest request and its answer would be nearly all of that. */
  private static final int SMALL_MEMORY_PART = 4;

  /** How long a request waits for others of its client, so that a burst is not refused. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /**
   * Returns the limits that suit this machine.
   *
   * @param maxBody the most bytes of a request's body
   * @param perClient how many requests of a client are executed at a time
   * @param executor has more threads than requests are executed at a time
   */
  public static Load of(int largestValue, int maxBody, int perClient, Executor executor) {
    long page = (long) PageRoom.SCAN_BYTES + largestValue;
    long largest = Math.max(maxBody, JSON_GROWTH * page);
    long memory = memory(Runtime.getRuntime().maxMemory(), largest);
    return new Load(
        new Workers(MAX_REQUESTS, executor),
        new Turns(perClient, PATIENCE),
        new Shares(memory, Math.max(memory / 4, largest)),
        pages(memory, largestValue),
        largestValue);
  }

  /**
   * Returns the room for what was read and is not written yet.
   *
   * @param memory how much all clients may hold of bodies and answers
   */
  public static Shares pages(long memory, int largestValue) {
    long least = PageRoom.mostBytes(largestValue);
    return new Shares(Math.max(memory / 2, least), Math.max(memory / 8, least));
  }

  /** Returns how much all clients may hold: the largest request, and another one if possible. */
  private static long memory(long whole, long largest) {
    long two = Math.min(2 * largest, whole / SMALL_MEMORY_PART);
    return Math.max(whole / MEMORY_PART, Math.max(two, largest));
  }

  /**
   * Does a part of a request that was begun before, by a worker and in a turn of its client.
   *
   * @param whenRejected called instead if the service has stopped
   */
  public void goOn(String client, Runnable work, Runnable whenRejected) {
    requests.await(
        client, () -> workers.runLater(inTurn(client, work), inTurn(client, whenRejected)));
  }

  /** Returns the work with the end of the client's turn behind it. */
  public Runnable inTurn(String client, Runnable work) {
    return () -> {
      try {
        work.run();
      } finally {
        requests.release(client);
      }
    };
  }

  /** Returns the room for one request, which ends with the answer. */
  public Room room(String client, boolean write, Consumer<Runnable> whenAnswered) {
    return new Room(memory, pages, client, write, largestValue, whenAnswered);
  }
}
