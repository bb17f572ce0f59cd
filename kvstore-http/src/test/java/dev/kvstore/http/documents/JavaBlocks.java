package dev.kvstore.http.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KVDatabase;
import dev.kvstore.http.documents.Page.Block;
import dev.kvstore.sqlite.SqliteKVDatabase;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles and runs the Java code of the pages. A page becomes a class, and a block a method or a
 * nested type of it. A literal in a comment after a value is compared with the value.
 */
final class JavaBlocks {
  private static final String IMPORTS = """
      package documents;
      import dev.kvstore.*;
      import dev.kvstore.client.*;
      import dev.kvstore.http.documents.Example;
      import dev.kvstore.mongo.*;
      import dev.kvstore.spi.*;
      import dev.kvstore.sqlite.*;
      import dev.kvstore.transfer.*;
      import com.fasterxml.jackson.databind.ObjectMapper;
      import com.mongodb.client.*;
      import java.io.*;
      import java.net.*;
      import java.net.http.HttpClient;
      import java.nio.file.*;
      import java.time.*;
      import java.util.*;
      import java.util.concurrent.*;
      import java.util.concurrent.atomic.*;
      import java.util.stream.Stream;
      """;

  private static final Pattern TYPE =
      Pattern.compile("(?m)\\A(@.*\n)*(public |final )*(record|interface|enum|class) ");

  /** A statement on one line, with its result in a comment. */
  private static final Pattern ANSWER = Pattern.compile(
      "(?m)^(?:[\\w<>., ]+ (\\w+) = )?(.+); // (\"[^\"]*\"|-?\\d+|true|false)(?=$|[,:;])");

  private final Path folder;
  private final Map<String, String> replacements;
  private final List<Block> methods = new ArrayList<>();

  /** @param replacements texts in the pages and their replacements */
  JavaBlocks(Path folder, Map<String, String> replacements) {
    this.folder = folder;
    this.replacements = replacements;
  }

  /** Compiles all pages together. */
  void compile(List<Page> pages) throws IOException {
    List<Path> sources = new ArrayList<>();
    for (Page page : pages) {
      if (!page.blocks("java").isEmpty()) {
        Path source = folder.resolve(className(page) + ".java");
        Files.writeString(source, source(page));
        sources.add(source);
      }
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter problems = new StringWriter();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> options =
        List.of("-proc:none", "-nowarn", "-d", folder.toString(), "-classpath", classPath);
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      Iterable<? extends JavaFileObject> units = files.getJavaFileObjectsFromPaths(sources);
      boolean compiled =
          compiler.getTask(problems, files, null, options, null, units).call();
      assertThat(compiled).as(problems.toString()).isTrue();
    }
  }

  private static String className(Page page) {
    return page.toString().replaceAll("\\W", "_");
  }

  private String source(Page page) {
    StringBuilder source = new StringBuilder(IMPORTS)
        .append("public final class " + className(page) + " extends Example {\n");
    for (Block block : page.blocks("java")) {
      String code = block.code();
      for (Map.Entry<String, String> replacement : replacements.entrySet()) {
        code = code.replace(replacement.getKey(), replacement.getValue());
      }
      if (TYPE.matcher(code).find()) {
        source.append("// line " + block.line() + "\n" + code);
      } else {
        Path own = folder.resolve("block" + methods.size());
        code = code.replace("Path.of(\"", "Path.of(\"" + own + "/")
            .replace("\"sqlite:", "\"sqlite:" + own + "/");
        source.append("public void block" + methods.size() + "() throws Exception {\n// line "
            + block.line() + "\n" + ANSWER.matcher(code).replaceAll(JavaBlocks::checked) + "}\n");
        methods.add(block);
      }
    }
    return source.append("}\n").toString();
  }

  private static String checked(MatchResult answer) {
    String value = answer.group(1);
    String checked = value == null
        ? "expect(" + answer.group(2) + ", " + answer.group(3) + "); //"
        : answer.group(0).replace(" // ", " expect(" + value + ", " + answer.group(3) + "); // ");
    return Matcher.quoteReplacement(checked);
  }

  /** Runs each block with a new file, in which the store {@code settings} is empty. */
  void run() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {folder.toUri().toURL()}, Example.class.getClassLoader())) {
      for (int i = 0; i < methods.size(); i++) {
        Block block = methods.get(i);
        Path own = Files.createDirectory(folder.resolve("block" + i));
        Class<?> type = loader.loadClass("documents." + className(block.page()));
        Example example = (Example) type.getConstructor().newInstance();
        try (KVDatabase database = SqliteKVDatabase.open(own.resolve("example.db"))) {
          example.begin(database, executor);
          invoke(block, type.getMethod("block" + i), example);
        }
      }
    } finally {
      executor.shutdownNow();
    }
  }

  private static void invoke(Block block, Method method, Example example)
      throws IllegalAccessException {
    try {
      method.invoke(example);
    } catch (InvocationTargetException e) {
      throw new AssertionError("The block at " + block, e.getCause());
    }
  }
}
