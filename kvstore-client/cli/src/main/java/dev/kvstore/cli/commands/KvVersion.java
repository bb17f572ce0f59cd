package dev.kvstore.cli.commands;

import picocli.CommandLine.IVersionProvider;

/** The version in the jar's manifest. */
final class KvVersion implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = KvVersion.class.getPackage().getImplementationVersion();
    return new String[] {"kv " + (version == null ? "(not from a jar)" : version)};
  }
}
