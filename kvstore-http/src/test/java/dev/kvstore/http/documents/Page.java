package dev.kvstore.http.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A page of documentation: its blocks of code, headings and links. */
record Page(Path file, String text) {
  /** The project's folder, relative to the tested module. */
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final Pattern BLOCK = Pattern.compile("(?ms)^```([^\n`]+)\n(.*?)^```$");
  private static final Pattern LINK =
      Pattern.compile("\\]\\(([^)\\s]+)\\)|src(?:set)?=\"([^\"]+)\"");

  /**
   * A block of code.
   *
   * @param mark the text after the language, such as {@code not-run} or the name of a file; may be
   *     empty
   * @param line the line of its beginning
   */
  record Block(Page page, String language, String mark, String code, int line) {
    boolean isRun() {
      return !mark.equals("not-run");
    }

    @Override
    public String toString() {
      return page + ":" + line;
    }
  }

  /** Returns all pages, ordered by path. */
  static List<Page> all() {
    List<Path> folders = List.of(
        Path.of(".github"),
        Path.of("kvstore-client/docs"),
        Path.of("kvstore-core/docs"),
        Path.of("kvstore-http/docs"));
    Stream<Path> inFolders =
        folders.stream().flatMap(folder -> list(ROOT.resolve(folder)).stream());
    return Stream.concat(Stream.of(ROOT.resolve("README.md")), inFolders)
        .map(Page::read)
        .toList();
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".md")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Page read(Path file) {
    try {
      return new Page(file, Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Block> blocks() {
    return BLOCK.matcher(text).results().map(this::block).toList();
  }

  List<Block> blocks(String... languages) {
    Set<String> wanted = Set.of(languages);
    return blocks().stream().filter(block -> wanted.contains(block.language())).toList();
  }

  private Block block(MatchResult match) {
    String[] info = match.group(1).split(" ", 2);
    int line = 1 + (int) text.substring(0, match.start()).lines().count();
    return new Block(this, info[0], info.length > 1 ? info[1] : "", match.group(2), line);
  }

  /** Returns the text without blocks of code. */
  private String prose() {
    return BLOCK.matcher(text).replaceAll("");
  }

  /** Returns the broken links. */
  List<String> brokenLinks() {
    List<String> broken = new ArrayList<>();
    LINK.matcher(prose()).results().forEach(match -> {
      String link = match.group(1) == null ? match.group(2) : match.group(1);
      if (!link.startsWith("https://") && !leadsSomewhere(link)) {
        broken.add(this + ": " + link);
      }
    });
    return broken;
  }

  private boolean leadsSomewhere(String link) {
    int hash = link.indexOf('#');
    String path = hash < 0 ? link : link.substring(0, hash);
    Path target = path.isEmpty() ? file : file.resolveSibling(path).normalize();
    return target.startsWith(ROOT)
        && Files.exists(target)
        && (hash < 0 || read(target).anchors().contains(link.substring(hash + 1)));
  }

  /** Returns GitHub's anchors of the headings. */
  private Set<String> anchors() {
    return prose()
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\d _-]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  @Override
  public String toString() {
    return ROOT.relativize(file).toString().replace('\\', '/');
  }
}
