package dev.kvstore.internal.cache;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import dev.kvstore.NearCacheSettings;
import dev.kvstore.WriteOptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Tests that a key of the cache is linearizable within one process without other writers, for any
 * interleaving of threads and feed. Lincheck explores interleavings of single memory accesses; the
 * database and Caffeine are assumed to be atomic.
 */
class LinearizabilityTest {
  @Test
  void keyOfTheCache_isOneVariable() {
    options().check(Key.class);
  }

  @Test
  void keyOfACacheWithoutItsMechanism_isNot() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> options().iterations(50).check(KeyFilledAfterRead.class));
  }

  private static ModelCheckingOptions options() {
    return new ModelCheckingOptions()
        .sequentialSpecification(Variable.class)
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(1)
        .actorsAfter(1)
        .iterations(8)
        .invocationsPerIteration(150)
        .minimizeFailedScenario(false)
        .addGuarantee(forClasses(FakeDatabase.class.getName()).allMethods().treatAsAtomic())
        .addGuarantee(forClasses(name -> name.startsWith("com.github.benmanes.caffeine"))
            .allMethods()
            .treatAsAtomic());
  }

  /** The sequential specification of a key. */
  public static final class Variable {
    private int value;

    public int read() {
      return value;
    }

    public void write(int newValue) {
      value = newValue;
    }

    public void delete() {
      value = 0;
    }

    public void feed() {}
  }

  /** The key of a cache; 0 stands for no entry. */
  public static class Key {
    private final Rig rig;

    public Key() {
      this(new Rig.Parts());
    }

    Key(Rig.Parts parts) {
      ManualClock clock = new ManualClock() {
        @Override
        <T> T await(CompletableFuture<T> result, long nanos)
            throws InterruptedException, ExecutionException, TimeoutException {
          return result.get();
        }
      };
      rig = new Rig(new FakeDatabase(), parts, NearCacheSettings.DEFAULT, clock);
      rig.position();
    }

    @Operation
    public int read() {
      return rig.get();
    }

    @Operation
    public void write(@Param(gen = IntGen.class, conf = "1:5") int value) {
      rig.set(value);
    }

    @Operation
    public void delete() {
      rig.raw.delete(Rig.KEY, WriteOptions.DEFAULT);
    }

    @Operation(nonParallelGroup = "feed")
    public void feed() {
      rig.deliver();
    }
  }

  /** The key of a mutant cache that keeps the result of a load regardless of concurrent changes. */
  public static final class KeyFilledAfterRead extends Key {
    public KeyFilledAfterRead() {
      super(new Mutants.FillsAfterRead());
    }
  }
}
