/**
 * The time-skipping Temporal server, which is a Java program: fetched from Maven Central once into the cache, with a
 * logger that keeps quiet, behind a script that the test package can start. Known to `temporal.ts` alone.
 */
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Say, withLock } from "../../src/platform/lock.js";
import type { Environment } from "../../src/platform/temporal/cache.js";
import { findOnPath, isExecutable, lastLines, runProgram } from "../../src/platform/temporal/program.js";

export const JAVA_SERVER_VERSION = "1.32.0";
const FETCH_TIMEOUT_MS = 300_000;

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>test-server</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId><version>${JAVA_SERVER_VERSION}</version>
    </dependency>
    <dependency><groupId>ch.qos.logback</groupId><artifactId>logback-classic</artifactId><version>1.3.15</version></dependency>
  </dependencies>
</project>
`;

const LOGBACK = `<configuration>
  <appender name="STDERR" class="ch.qos.logback.core.ConsoleAppender">
    <target>System.err</target>
    <encoder><pattern>%d %-5level %logger{20} %msg%n</pattern></encoder>
  </appender>
  <root level="WARN"><appender-ref ref="STDERR"/></root>
</configuration>
`;

/** Two cores and short lives: little compilation, one collector thread, a small heap. */
const script = (java: string, directory: string): string => `#!/bin/sh
exec "${java}" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xms32m -Xmx256m -Xshare:auto \\
  -Dlogback.configurationFile="${directory}/logback.xml" -cp "${directory}/lib/*" \\
  io.temporal.testserver.TestServer "$@"
`;

/**
 * The path of a program that runs the Java server, made on first use; undefined where `java` or `mvn` is missing, in
 * which case the test package downloads a build of its own.
 */
export async function provideJavaServer(
  cache: string,
  environment: Environment,
  say: Say,
): Promise<string | undefined> {
  const directory = join(cache, "temporal-test-server", JAVA_SERVER_VERSION);
  const program = join(directory, "temporal-test-server");
  if (await isExecutable(program)) return program;
  const [java] = await findOnPath("java", environment);
  const [maven] = await findOnPath("mvn", environment);
  if (java === undefined || maven === undefined) return undefined;
  const doing = "fetches the time-skipping Temporal server";
  return await withLock(`${directory}.lock`, { doing, say }, async () => {
    if (await isExecutable(program)) return program;
    say(`fetching io.temporal:temporal-test-server:${JAVA_SERVER_VERSION} from Maven Central`);
    await fetchInto(directory, { java, maven, environment });
    return program;
  });
}

interface Tools {
  java: string;
  maven: string;
  environment: Environment;
}

async function fetchInto(directory: string, { java, maven, environment }: Tools): Promise<void> {
  const parent = join(directory, "..");
  await mkdir(parent, { recursive: true });
  const fresh = await mkdtemp(join(parent, ".fetch-"));
  try {
    await writeFile(join(fresh, "pom.xml"), POM);
    await writeFile(join(fresh, "logback.xml"), LOGBACK);
    const args = ["-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib", "-DincludeScope=runtime"];
    const ended = await runProgram(maven, { args, cwd: fresh, environment, timeoutMs: FETCH_TIMEOUT_MS });
    if (!ended.ok) throw new Error(`mvn ${ended.reason}:\n${lastLines(ended.output, 8)}`);
    const jars = await readdir(join(fresh, "lib"));
    if (!jars.includes(`temporal-test-server-${JAVA_SERVER_VERSION}.jar`))
      throw new Error("mvn fetched no test server");
    await writeFile(join(fresh, "temporal-test-server"), script(java, directory));
    await chmod(join(fresh, "temporal-test-server"), 0o755);
    await rename(fresh, directory);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw new Error(`the time-skipping Temporal server could not be fetched: ${(error as Error).message}`);
  }
}
