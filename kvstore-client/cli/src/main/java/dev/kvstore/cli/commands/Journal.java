package dev.kvstore.cli.commands;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvstore.cli.terminal.CliException;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.internal.files.DurableFile;
import dev.kvstore.internal.support.Sha256;
import dev.kvstore.internal.transfer.Generators;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The file from which a command that changes many entries can go on: a header, the plan with one
 * entry a line, the end of the plan, and then the outcome of each entry, in the order of the plan.
 * Each line is a JSON object, without values. A process may be killed at any moment. Not
 * thread-safe.
 */
final class Journal implements AutoCloseable {
  private static final String FORMAT = "kv-apply-1";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** An etag has 24 hexadecimal digits. */
  private static final int ETAG_BYTES = 12;

  private final Path file;
  private final String command;
  private final FileChannel channel;
  private final BufferedWriter writer;
  private final Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
  private @Nullable BufferedReader plan;
  private String run = "";
  private boolean planned;
  private boolean resumed;
  private long total;
  private long done;
  private long read;

  /** The outcome for an entry. */
  enum Outcome {
    CHANGED,
    UNCHANGED,
    FAILED
  }

  /**
   * An entry to be changed.
   *
   * @param etag of the entry when the plan was made; null if there was none
   */
  record Step(String key, @Nullable String etag) {}

  private Journal(Path file, String command, FileChannel channel) {
    this.file = file;
    this.command = command;
    this.channel = channel;
    this.writer = new BufferedWriter(Channels.newWriter(channel, UTF_8));
  }

  /**
   * Opens the file, or makes one for its owner only.
   *
   * @param command what the file must belong to
   * @param failures takes the key and problem of each entry that has failed already
   * @throws CliException if the file is of something else, in use or cannot be opened
   */
  static Journal open(Path file, String command, BiConsumer<String, String> failures) {
    try {
      FileChannel channel = FileChannel.open(
          file,
          Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
          DurableFile.ownerOnly());
      Journal journal = new Journal(file, command, channel);
      try {
        journal.lock();
        journal.read(failures);
        return journal;
      } catch (IOException | RuntimeException e) {
        journal.close();
        throw e;
      }
    } catch (IOException e) {
      throw new CliException(
          ExitCodes.USAGE, file + " cannot be used: " + DurableFile.reason(e), e);
    }
  }

  private void lock() throws IOException {
    try {
      // Beyond the end of the file, because on Windows a locked range cannot be read by others.
      if (channel.tryLock(Long.MAX_VALUE - 1, 1, false) != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      // reported below
    }
    throw CliException.usage(file + " is in use by another kv");
  }

  private void read(BiConsumer<String, String> failures) throws IOException {
    if (channel.size() == 0) {
      return;
    }
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      readHeader(String.valueOf(lines.readLine()));
    }
    dropIncompleteLine();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      lines.readLine();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        readLine(parsed(line), failures);
      }
    }
    channel.position(channel.size());
    resumed = planned;
  }

  private void readHeader(String line) {
    JsonNode header = parsed(line);
    if (!header.path("format").asText().equals(FORMAT)) {
      throw isNone();
    }
    if (!header.path("command").asText().equals(command)) {
      throw CliException.usage(file + " belongs to another command: it has another store,"
          + " selection or change; give the same ones again, or another file");
    }
    run = header.path("run").asText();
  }

  private void readLine(JsonNode line, BiConsumer<String, String> failures) {
    if (line.has("planned")) {
      planned = true;
      count(Outcome.UNCHANGED, line.path("unchanged").asLong());
    } else if (!planned) {
      total++;
    } else {
      Outcome outcome = Outcome.valueOf(line.path("outcome").asText().toUpperCase(Locale.ROOT));
      done++;
      count(outcome, 1);
      if (outcome == Outcome.FAILED) {
        failures.accept(line.path("key").asText(), line.path("problem").asText());
      }
    }
  }

  private JsonNode parsed(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw isNone();
    }
  }

  private CliException isNone() {
    return CliException.usage(file + " is no file of 'kv apply --resume'; give another name");
  }

  /** Removes what was being written when the process ended. */
  private void dropIncompleteLine() throws IOException {
    long end = channel.size();
    ByteBuffer last = ByteBuffer.allocate(1);
    while (end > 0) {
      channel.read(last.clear(), end - 1);
      if (last.get(0) == '\n') {
        break;
      }
      end--;
    }
    channel.truncate(end);
  }

  /** Returns true if an earlier process has made the plan, and may have carried out some of it. */
  boolean isResumed() {
    return resumed;
  }

  /** Begins the plan, again if one was not completed. */
  void beginPlan() throws IOException {
    channel.truncate(0);
    channel.position(0);
    total = 0;
    run = UUID.randomUUID().toString();
    write(out -> {
      out.writeStringField("format", FORMAT);
      out.writeStringField("command", command);
      out.writeStringField("run", run);
    });
  }

  void plan(Step step) throws IOException {
    total++;
    write(out -> {
      out.writeStringField("key", step.key());
      out.writeStringField("etag", step.etag());
    });
  }

  /** Ends the plan; from here on it is carried out. */
  void endPlan(long unchanged) throws IOException {
    planned = true;
    count(Outcome.UNCHANGED, unchanged);
    write(out -> {
      out.writeNumberField("planned", total);
      out.writeNumberField("unchanged", unchanged);
    });
    writer.flush();
    channel.force(true);
  }

  /**
   * Returns the next steps without an outcome, after those that it has returned; none at the end.
   */
  List<Step> next(int most) throws IOException {
    if (plan == null) {
      plan = Files.newBufferedReader(file);
      plan.readLine();
      for (read = 0; read < done; read++) {
        plan.readLine();
      }
    }
    List<Step> steps = new ArrayList<>();
    for (; read < total && steps.size() < most; read++) {
      JsonNode line = parsed(String.valueOf(plan.readLine()));
      steps.add(new Step(line.path("key").asText(), line.path("etag").textValue()));
    }
    return steps;
  }

  /**
   * Returns the etag that the step gives the entry, the same again after a stop: an entry that has
   * it was changed before.
   */
  String etagAfter(Step step) {
    byte[] digest = Sha256.of((run + '\n' + step.key() + '\n' + step.etag()).getBytes(UTF_8));
    return HexFormat.of().formatHex(digest, 0, ETAG_BYTES);
  }

  /** Adds the outcome of the next step. */
  void add(Step step, Outcome outcome, @Nullable String problem) throws IOException {
    done++;
    count(outcome, 1);
    write(out -> {
      out.writeStringField("key", step.key());
      out.writeStringField("outcome", outcome.name().toLowerCase(Locale.ROOT));
      if (problem != null) {
        out.writeStringField("problem", problem);
      } else if (outcome == Outcome.CHANGED) {
        out.writeStringField("etag", etagAfter(step));
      }
    });
    writer.flush();
  }

  private void write(Generators.Content members) throws IOException {
    writer.write(Generators.text(Generators::line, out -> {
      out.writeStartObject();
      members.to(out);
      out.writeEndObject();
    }));
    writer.write('\n');
  }

  private void count(Outcome outcome, long more) {
    outcomes.merge(outcome, more, Long::sum);
  }

  long count(Outcome outcome) {
    return outcomes.getOrDefault(outcome, 0L);
  }

  /** Returns the number of steps. */
  long total() {
    return total;
  }

  /** Returns the number of steps that have an outcome. */
  long done() {
    return done;
  }

  @Override
  public void close() throws IOException {
    writer.close(); // and the channel
    if (plan != null) {
      plan.close();
    }
  }
}
