package dev.kvstore.cli.options;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.KVLabel;
import dev.kvstore.KVStore;
import dev.kvstore.ReadOptions;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option for an instant in the history of a store, or its label. */
public final class AtOption {
  @Option(
      names = "--at",
      paramLabel = "INSTANT",
      description = "The instant: a time such as 2026-01-31T12:00:00Z, or a label.")
  private @Nullable String at;

  public boolean isGiven() {
    return at != null;
  }

  /**
   * Returns the instant, or null if none is given.
   *
   * @throws KVException with {@link ErrorCode#LABEL_NOT_FOUND} if the store has no such label
   */
  @Nullable
  public Instant instant(KVStore store) {
    return at == null ? null : instant(at, store);
  }

  public static Instant instant(String text, KVStore store) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      return store
          .history()
          .label(text)
          .map(KVLabel::at)
          .orElseThrow(() -> new KVException(
              ErrorCode.LABEL_NOT_FOUND,
              "'" + text + "' is neither a time such as 2026-01-31T12:00:00Z nor a label of store '"
                  + store.name() + "'"));
    }
  }

  public ReadOptions readOptions(KVStore store) {
    Instant instant = instant(store);
    return instant == null ? ReadOptions.DEFAULT : ReadOptions.DEFAULT.at(instant);
  }
}
