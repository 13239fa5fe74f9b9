import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** A judge in a warm Java: judges the files that are named to it, and says the processor time of its thread, in seconds. */
public class Warm {
    private static final long WARM = 5_000_000_000L; // nanoseconds for the first file, and a file of another size
    private static final int WARM_RUNS = 40;

    /** What finds the faults of a document. */
    interface Judge {
        int faults(byte[] content, String name) throws Exception;
    }

    static void run(Judge judge, PrintStream out) throws Exception {
        out.println();
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        Set<String> warm = new HashSet<>();
        BufferedReader names = new BufferedReader(new InputStreamReader(System.in));
        for (String name = names.readLine(); name != null; name = names.readLine()) {
            byte[] content = Files.readAllBytes(Path.of(name.strip()));
            if (warm.add(name)) {
                long end = System.nanoTime() + WARM;
                for (int run = 0; run < WARM_RUNS && System.nanoTime() < end; run++) {
                    judge.faults(content, name);
                }
            }
            long start = clock.getCurrentThreadCpuTime();
            judge.faults(content, name);
            out.println((clock.getCurrentThreadCpuTime() - start) / 1e9);
        }
        System.exit(0); // some leave threads behind
    }
}
