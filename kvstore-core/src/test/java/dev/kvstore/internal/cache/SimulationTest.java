package dev.kvstore.internal.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs the real cache through all interleavings of a few readers, writers and feeds, and through
 * many random ones. {@link World} has the checks; caches without a mechanism prove that they detect
 * violations.
 */
class SimulationTest {
  private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
    Thread thread = new Thread(task, "simulation");
    thread.setDaemon(true);
    return thread;
  });

  /** Two such steps exceed the lease. */
  private static final Duration PASSED = Duration.ofMillis(1500);

  private static final int RANDOM_RUNS = 1_500;

  @AfterAll
  static void end() {
    THREADS.shutdown();
  }

  /** The actors of a scenario; the initial world is the same in each run. */
  private record Scenario(
      String name, BiConsumer<World, World.Node> cast, Stream<Rig.Parts> without) {}

  private static Stream<Scenario> scenarios() {
    return Stream.of(
        new Scenario(
            "load, change, event",
            SimulationTest::loadAndChange,
            Stream.of(new Mutants.FillsAfterRead())),
        new Scenario(
            "two readers, one bypassing",
            SimulationTest::bypass,
            Stream.of(new Mutants.FillsAfterRead(), new Mutants.ForgetsWhatWasRead())),
        new Scenario(
            "own write, others' write",
            SimulationTest::ownWrite,
            Stream.of(new Mutants.WritesUnannounced(), new Mutants.LeavesLoads())),
        new Scenario(
            "two own writes",
            SimulationTest::ownWrites,
            Stream.of(new Mutants.WritesUnannounced())),
        new Scenario(
            "delete, recreate",
            SimulationTest::recreate,
            Stream.of(
                new Mutants.KeepsTombstones(),
                new Mutants.Outlives((held, change) -> Mutants.version(held) >= change.version()))),
        new Scenario(
            "loss, resume",
            SimulationTest::loss,
            Stream.of(new Mutants.ClearsWhatIsHeld(), new Mutants.FillsAfterRead())),
        new Scenario("lease", SimulationTest::lease, Stream.of(new Mutants.HasNoLease())),
        new Scenario(
            "item, others' write", SimulationTest::items, Stream.of(new Mutants.NeverEnds())),
        new Scenario("item, lease", SimulationTest::itemLease, Stream.of(new Mutants.HasNoLease())),
        new Scenario(
            "two caches", SimulationTest::twoCaches, Stream.of(new Mutants.FillsAfterRead())));
  }

  private static void loadAndChange(World world, World.Node node) {
    world.scheduler.add(() -> node.read("k"));
    world.scheduler.add(() -> {
      node.read("k");
      node.read("k");
    });
    world.scheduler.add(() -> world.write("k"));
    world.scheduler.add(node::poll);
  }

  private static void bypass(World world, World.Node node) {
    world.scheduler.add(() -> node.read("k"));
    world.scheduler.add(() -> {
      node.readBypassing("k");
      node.read("k");
    });
    world.scheduler.add(() -> world.write("k"));
    world.scheduler.add(node::poll);
  }

  private static void ownWrite(World world, World.Node node) {
    world.scheduler.add(() -> node.read("k"));
    world.scheduler.add(() -> {
      node.write("k");
      node.read("k");
    });
    world.scheduler.add(() -> world.write("k"));
    world.scheduler.add(node::poll);
  }

  private static void ownWrites(World world, World.Node node) {
    world.scheduler.add(() -> node.write("k"));
    world.scheduler.add(() -> {
      node.write("k");
      node.read("k");
    });
    world.scheduler.add(node::poll);
  }

  private static void recreate(World world, World.Node node) {
    world.scheduler.add(() -> {
      node.read("k");
      node.read("k");
    });
    world.scheduler.add(() -> {
      world.delete("k");
      world.write("k");
    });
    world.scheduler.add(() -> {
      node.poll();
      node.poll();
    });
  }

  private static void loss(World world, World.Node node) {
    world.scheduler.add(() -> node.read("k"));
    world.scheduler.add(() -> node.read("k"));
    world.scheduler.add(() -> world.write("k"));
    world.scheduler.add(() -> {
      node.position();
      node.poll();
    });
  }

  private static void lease(World world, World.Node node) {
    world.scheduler.add(() -> {
      node.read("k");
      node.read("k");
    });
    world.scheduler.add(() -> world.write("k"));
    world.scheduler.add(() -> {
      world.pass(PASSED);
      world.pass(PASSED);
    });
    world.scheduler.add(node::poll);
  }

  private static void items(World world, World.Node node) {
    remember(node);
    world.scheduler.add(node::readItem);
    world.scheduler.add(() -> {
      node.read("k");
      node.readItem();
    });
    world.scheduler.add(() -> world.write("k"));
    world.scheduler.add(node::poll);
  }

  /** A reader that reads the changed key and then reads it through the item. */
  private static void itemAfterRead(World world, World.Node node) {
    remember(node);
    world.write("k");
    world.scheduler.add(() -> {
      node.read("k");
      node.readItem();
    });
    world.scheduler.add(node::poll);
  }

  private static void itemLease(World world, World.Node node) {
    remember(node);
    world.scheduler.add(() -> {
      node.readItem();
      node.readItem();
    });
    world.scheduler.add(() -> world.write("k"));
    world.scheduler.add(() -> {
      world.pass(PASSED);
      world.pass(PASSED);
    });
    world.scheduler.add(node::poll);
  }

  /** Loads and decodes the entry, and finds the decoded value, which is remembered from then on. */
  private static void remember(World.Node node) {
    for (int i = 0; i < 3; i++) {
      node.readItem();
    }
  }

  private static void twoCaches(World world, World.Node node) {
    World.Node other = world.node();
    other.position();
    world.scheduler.add(() -> {
      node.read("k");
      node.read("k");
    });
    world.scheduler.add(() -> {
      other.write("k");
      other.read("k");
    });
    world.scheduler.add(() -> {
      node.poll();
      other.poll();
    });
  }

  @TestFactory
  Stream<DynamicTest> everyOrder() {
    return scenarios()
        .map(scenario -> DynamicTest.dynamicTest(scenario.name(), () -> {
          int orders = everyOrderOf(scenario.cast(), false, world -> new Rig.Parts());
          assertThat(orders).isGreaterThan(100);
        }));
  }

  @TestFactory
  Stream<DynamicTest> everyOrder_mechanismTakenOut_isFoundOut() {
    return scenarios()
        .flatMap(scenario -> scenario
            .without()
            .map(parts -> DynamicTest.dynamicTest(
                scenario.name() + " with a cache that " + parts.getClass().getSimpleName(),
                () -> assertThatExceptionOfType(AssertionError.class)
                    .isThrownBy(() -> everyOrderOf(scenario.cast(), false, world -> parts))
                    .withMessageContaining("Promise"))));
  }

  /** A reader while the feed recovers after an outage, with a step at each action of both. */
  private static void afterOutage(World world, World.Node node) {
    node.read("k");
    world.write("k");
    world.pass(PASSED);
    world.pass(PASSED);
    node.catchingUp();
    world.scheduler.add(() -> node.read("k"));
    world.scheduler.add(node::poll);
  }

  @Test
  void everySmallStep_afterOutage() {
    assertThat(everyOrderOf(SimulationTest::afterOutage, true, World.PartsInSmallSteps::new))
        .isGreaterThan(100);
  }

  @Test
  void everySmallStep_afterOutageLookingUpBeforeTheLease_isFoundOut() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(
            () -> everyOrderOf(SimulationTest::afterOutage, true, Mutants.LooksUpFirst::new))
        .withMessageContaining("Promise 5");
  }

  @Test
  void everySmallStep_itemWhoseValueEndsAfterItWasReplaced_isFoundOut() {
    assertThat(everyOrderOf(SimulationTest::itemAfterRead, true, World.PartsInSmallSteps::new))
        .isGreaterThan(100);
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(
            () -> everyOrderOf(SimulationTest::itemAfterRead, true, Mutants.EndsTooLate::new))
        .withMessageContaining("Promise 2 or 3");
  }

  /** Two caches, two keys, three writers, and all events of a feed. */
  @Test
  void ordersByChance() {
    for (int seed = 0; seed < RANDOM_RUNS; seed++) {
      Random random = new Random(seed);
      World world = new World(true);
      List<World.Node> nodes = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        nodes.add(world.node());
      }
      castByChance(world, nodes, random);
      try {
        world.scheduler.run(THREADS, random::nextInt);
        world.checkConvergence();
      } catch (AssertionError e) {
        throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  private static void castByChance(World world, List<World.Node> nodes, Random random) {
    int steps = 2 + random.nextInt(3);
    for (World.Node node : nodes) {
      world.scheduler.add(script(random, steps, feedActions(node)));
      world.scheduler.add(script(random, steps, readerActions(node, random)));
      world.scheduler.add(script(random, steps, readerActions(node, random)));
      world.scheduler.add(script(random, steps, writerActions(node, random)));
    }
    world.scheduler.add(script(
        random,
        steps,
        List.of(
            () -> world.write("k"),
            () -> world.write("l"),
            () -> world.delete("k"),
            () -> world.pass(PASSED))));
  }

  private static List<Runnable> feedActions(World.Node node) {
    return List.of(node::poll, node::poll, node::poll, node::position);
  }

  private static List<Runnable> readerActions(World.Node node, Random random) {
    String key = random.nextInt(4) == 0 ? "l" : "k";
    return List.of(
        () -> node.read(key),
        () -> node.read(key),
        () -> node.read("k"),
        node::readItem,
        node::readItem,
        () -> node.readBypassing(key),
        node::clear);
  }

  private static List<Runnable> writerActions(World.Node node, Random random) {
    String key = random.nextInt(4) == 0 ? "l" : "k";
    return List.of(() -> node.write(key), () -> node.write("k"), () -> node.delete(key));
  }

  private static Runnable script(Random random, int steps, List<Runnable> actions) {
    List<Runnable> chosen =
        random.ints(steps, 0, actions.size()).mapToObj(actions::get).toList();
    return () -> chosen.forEach(Runnable::run);
  }

  /** Runs the scenario in every order and returns the number of orders. */
  private static int everyOrderOf(
      BiConsumer<World, World.Node> cast, boolean inSmallSteps, Function<World, Rig.Parts> parts) {
    Orders orders = new Orders();
    do {
      World world = new World(inSmallSteps);
      world.write("k");
      World.Node node = world.node(parts.apply(world));
      node.position();
      cast.accept(world, node);
      world.scheduler.run(THREADS, orders);
      world.checkConvergence();
    } while (orders.next());
    return orders.count;
  }

  /** Enumerates all sequences of choices, depth first. */
  private static final class Orders implements IntUnaryOperator {
    private final List<Integer> chosen = new ArrayList<>();
    private final List<Integer> options = new ArrayList<>();
    private int depth;
    private int count = 1;

    @Override
    public int applyAsInt(int ready) {
      if (depth == chosen.size()) {
        chosen.add(0);
        options.add(ready);
      }
      return chosen.get(depth++);
    }

    /** Advances to the next sequence. Returns false if there is none. */
    boolean next() {
      depth = 0;
      for (int last = chosen.size() - 1; last >= 0; last--) {
        if (chosen.get(last) + 1 < options.get(last)) {
          chosen.set(last, chosen.get(last) + 1);
          count++;
          return true;
        }
        chosen.remove(last);
        options.remove(last);
      }
      return false;
    }
  }
}
