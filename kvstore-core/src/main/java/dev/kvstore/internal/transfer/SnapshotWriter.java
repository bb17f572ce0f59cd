package dev.kvstore.internal.transfer;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVEntry;
import dev.kvstore.KVLabel;
import dev.kvstore.KVRevision;
import dev.kvstore.Names;
import dev.kvstore.internal.support.Texts;
import dev.kvstore.spi.RawValue;
import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the entries of a snapshot one by one, for {@link SnapshotReader}. Closing it ends the
 * snapshot and does not close the underlying writer. Not thread-safe.
 */
public final class SnapshotWriter implements Closeable {
  private final Writer to;
  private final Writing writing;
  private final Consumer<String> losses;
  private final @Nullable ValueDocumentWriter document;
  private final Set<String> flatKeys = new HashSet<>();

  /**
   * Starts a snapshot.
   *
   * @param losses receives a message for each value that will be read back differently
   */
  public SnapshotWriter(Writer to, Writing writing, Consumer<String> losses) throws IOException {
    check(writing);
    this.to = to;
    this.writing = writing;
    this.losses = losses;
    this.document = writing.format() == FileFormat.EXACT
        ? null
        : ValueDocumentWriter.to(to, writing.format(), writing.types(), losses);
  }

  private static void check(Writing writing) {
    if (writing.separator() != null
        && (writing.metadata() || writing.format() == FileFormat.EXACT)) {
      throw refused("Values that keep their metadata or exact type cannot be flattened");
    }
    if (writing.history() && writing.format() != FileFormat.EXACT) {
      throw refused("Only the exact format has a place for the history");
    }
    if (writing.metadata() && writing.format() == FileFormat.PROPERTIES) {
      throw refused("Properties have no place for metadata");
    }
  }

  private static InvalidInputException refused(String message) {
    return new InvalidInputException(ErrorCode.INVALID_PARAMETER, message);
  }

  /**
   * Writes the entry.
   *
   * @throws InvalidInputException if another entry has the same key after flattening
   */
  public void write(KVEntry<RawValue> entry) throws IOException {
    RawValue value = Values.of(entry);
    if (!writing.metadata()) {
      entry
          .metadata()
          .expiresAt()
          .ifPresent(expiry -> losses.accept(FileProblems.Path.of(entry.key())
              + "its expiry is left out; use metadata to keep" + " it"));
    }
    if (document == null) {
      ExactNodes.write(
          entry.key(),
          value,
          writing.metadata() ? ExactNodes.metadata(entry.metadata()) : null,
          to);
      return;
    }
    if (writing.types() != Types.TEXT) {
      new Losses(losses).find(entry.key(), value);
    }
    if (writing.metadata()) {
      document.write(entry);
    } else if (writing.separator() == null) {
      document.write(entry.key(), value);
    } else {
      writeFlat(document, entry.key(), Values.node(value), writing.separator());
    }
  }

  /** Begins a history. */
  public void begin(Instant reachesBackTo, List<KVLabel> labels) throws IOException {
    HistoryNodes.write(reachesBackTo, labels, to);
  }

  /** Writes the revision. One whose value is not known any more is left out. */
  public void write(KVRevision<RawValue> revision) throws IOException {
    if (revision.metadata().isPresent() && revision.entry().isEmpty()) {
      losses.accept(FileProblems.Path.of(revision.key()) + "the revision at " + revision.at()
          + " is left out, as its value is no longer known");
    } else {
      HistoryNodes.write(revision, to);
    }
  }

  private void writeFlat(ValueDocumentWriter to, String key, Node value, String separator)
      throws IOException {
    List<Node.Member> members = new ArrayList<>();
    new Flattening(separator, members::add).accept(new Node.Member(key, value.place(), value));
    for (Node.Member flat : members) {
      if (!flatKeys.add(flat.name())) {
        throw refused("Two values would get the key '" + Texts.oneLine(flat.name())
            + "': use another separator, as --flatten=/");
      }
      try {
        Names.checkKey(flat.name());
      } catch (InvalidInputException e) {
        losses.accept(
            FileProblems.Path.of(flat.name()) + "'kv import' refuses this key: " + e.getMessage());
      }
      to.write(flat.name(), flat.value());
    }
  }

  @Override
  public void close() throws IOException {
    if (document != null) {
      document.close();
    }
  }
}
