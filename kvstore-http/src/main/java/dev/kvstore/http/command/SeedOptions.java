package dev.kvstore.http.command;

import dev.kvstore.ChangeReport;
import dev.kvstore.InvalidInputException;
import dev.kvstore.InvalidSnapshotException;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.Names;
import dev.kvstore.UnavailableException;
import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.internal.engine.TypedDatabase;
import dev.kvstore.internal.files.DurableFile;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.transfer.FileFormat;
import dev.kvstore.internal.transfer.ImportListener;
import dev.kvstore.internal.transfer.ImportMode;
import dev.kvstore.internal.transfer.ImportSettings;
import dev.kvstore.internal.transfer.Reading;
import dev.kvstore.internal.transfer.SnapshotImport;
import dev.kvstore.internal.transfer.SnapshotReader;
import dev.kvstore.internal.transfer.SnapshotSource;
import dev.kvstore.internal.transfer.Types;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.ValueLimits;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/**
 * The option for seed files, whose entries the service stores at startup if their keys are absent.
 */
final class SeedOptions {
  private static final String SEED = "--seed";

  private static final Logger LOG = LoggerFactory.getLogger(SeedOptions.class);

  @Option(
      names = SEED,
      paramLabel = "[STORE=]FILE",
      split = ",",
      description = "Before serving, store the entries of this JSON, YAML or properties file whose"
          + " keys do not exist (none). Without STORE, the file's name without its extension is"
          + " the store. May be repeated, or be a list separated by commas.")
  private List<String> seeds = List.of();

  /** A file and the store for its entries. */
  private record Seed(String store, Path file, FileFormat format) {
    /** @throws InvalidInputException if the store name is invalid */
    static Seed of(String text) {
      int end = text.indexOf('=');
      Path file = Path.of(text.substring(end + 1));
      String name = String.valueOf(file.getFileName());
      int dot = name.lastIndexOf('.');
      String store = end >= 0 ? text.substring(0, end) : name.substring(0, Math.max(0, dot));
      FileFormat format = FileFormat.of(name);
      if (format == null) {
        throw new IllegalArgumentException(
            "the file's name must end in .json, .yaml, .yml or .properties");
      }
      return new Seed(Names.checkStore(store), file, format);
    }

    SnapshotReader reader(SnapshotSource source, ValueLimits limits) {
      return new SnapshotReader(source, new Reading(format, Types.JSON, null, false, limits));
    }

    SnapshotSource source() throws IOException {
      return SnapshotSource.of(file, file.toString());
    }
  }

  /** Checks all files completely; an error in one of them prevents the use of any. */
  void check(Faults faults, ValueLimits limits) {
    for (String text : seeds) {
      try {
        Seed seed = Seed.of(text);
        try (SnapshotSource source = seed.source()) {
          seed.reader(source, limits).check(() -> entry -> {}, key -> {});
        } catch (IOException e) {
          faults.add(SEED, text, "the file cannot be read: " + DurableFile.reason(e));
        } catch (InvalidSnapshotException e) {
          String.valueOf(e.getMessage()).lines().forEach(faults::add);
        }
      } catch (InvalidPathException e) {
        faults.add(SEED, text, "it is not a file name");
      } catch (InvalidInputException | IllegalArgumentException e) {
        faults.add(SEED, text, String.valueOf(e.getMessage()));
      }
    }
  }

  /**
   * Stores the missing entries; several services may do so concurrently.
   *
   * @throws KVException if that fails
   */
  void apply(EntryDatabase entries, ValueLimits limits) {
    TypedDatabase stores = new TypedDatabase(StoreStack.of(entries), BsonCodec.create());
    seeds.stream().map(Seed::of).forEach(seed -> {
      ChangeReport report = apply(seed, stores.store(seed.store()), limits);
      LOG.info(
          "Seeded the store '{}' from {}: {} entries stored, {} kept",
          seed.store(),
          seed.file(),
          report.created(),
          report.unchanged());
    });
  }

  private static ChangeReport apply(Seed seed, KVStore store, ValueLimits limits) {
    try (SnapshotSource source = seed.source()) {
      return new SnapshotImport(
              store,
              seed.reader(source, limits),
              ImportSettings.DEFAULT.withMode(ImportMode.DEFAULTS),
              ImportListener.NONE)
          .run();
    } catch (InvalidSnapshotException e) {
      throw e;
    } catch (KVException e) {
      throw new KVException(
          e.code(), "The seed file " + seed.file() + " was not applied: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UnavailableException(
          "The seed file " + seed.file() + " cannot be read: " + DurableFile.reason(e), e);
    }
  }
}
