package dev.kvstore.cli.commands;

import dev.kvstore.cli.options.Session;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;

public final class Commands {
  private static final Map<String, Supplier<Action>> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put("get", GetCommand::new);
    COMMANDS.put("set", SetCommand::new);
    COMMANDS.put("default", DefaultCommand::new);
    COMMANDS.put("delete", DeleteCommand::new);
    COMMANDS.put("list", ListCommand::new);
    COMMANDS.put("find", FindCommand::new);
    COMMANDS.put("apply", ApplyCommand::new);
    COMMANDS.put("watch", WatchCommand::new);
    COMMANDS.put("incr", IncrCommand::new);
    COMMANDS.put("edit", EditCommand::new);
    COMMANDS.put("export", ExportCommand::new);
    COMMANDS.put("import", ImportCommand::new);
    COMMANDS.put("copy", CopyCommand::new);
    COMMANDS.put("diff", DiffCommand::new);
    COMMANDS.put("log", LogCommand::new);
    COMMANDS.put("rollback", RollbackCommand::new);
    COMMANDS.put("label", LabelCommand::new);
    COMMANDS.put("stores", StoresCommand::new);
    COMMANDS.put("completion", CompletionCommand::new);
  }

  private static final Map<String, String> ALIASES =
      Map.of("cp", "copy", "ls", "list", "rm", "delete");
  private static final Set<String> HELP = Set.of("help", "-h", "--help");

  private Commands() {}

  /** Returns the command line with all commands. */
  public static CommandLine all(Session session) {
    return commandLine(session, COMMANDS.keySet());
  }

  /**
   * Returns the command line with only the commands that the arguments can mean, because describing
   * commands by reflection is slow.
   */
  public static CommandLine meant(Session session, String[] arguments) {
    return commandLine(session, meant(arguments));
  }

  private static Set<String> meant(String[] arguments) {
    Set<String> names = new LinkedHashSet<>();
    for (String argument : arguments) {
      String name = ALIASES.getOrDefault(argument, argument);
      if (COMMANDS.containsKey(name)) {
        names.add(name);
      } else if (HELP.contains(argument)) {
        return COMMANDS.keySet();
      }
    }
    return names.isEmpty() ? COMMANDS.keySet() : names;
  }

  private static CommandLine commandLine(Session session, Set<String> names) {
    CommandLine commandLine = new CommandLine(new KvCommand(session));
    for (String name : names) {
      commandLine.addSubcommand(Objects.requireNonNull(COMMANDS.get(name)).get());
    }
    commandLine.addSubcommand(new CommandLine.HelpCommand());
    // A store, also one from a variable or file, may be named like a command.
    return commandLine.setAllowSubcommandsAsOptionParameters(true);
  }
}
