import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import net.sf.saxon.s9api.Processor;
import net.sf.saxon.s9api.Serializer;
import net.sf.saxon.s9api.XsltExecutable;

/**
 * Saxon-HE in a warm Java: judges files by an XML schema and stylesheets, and says the processor time of its thread.
 *
 * java -cp 'JARS/*' bench/SaxonHe.java SCHEMA SHEET... < names of files
 */
public class SaxonHe {
    private static final long WARM = 5_000_000_000L; // nanoseconds for the first file, and a file of another size
    private static final int WARM_RUNS = 40;

    public static void main(String[] arguments) throws Exception {
        Schema schema = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI).newSchema(new File(arguments[0]));
        Processor processor = new Processor(false);
        List<XsltExecutable> sheets = new ArrayList<>();
        for (int at = 1; at < arguments.length; at++) {
            sheets.add(processor.newXsltCompiler().compile(new StreamSource(new File(arguments[at]))));
        }
        System.out.println();
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        Set<String> warm = new HashSet<>();
        BufferedReader names = new BufferedReader(new InputStreamReader(System.in));
        for (String name = names.readLine(); name != null; name = names.readLine()) {
            byte[] content = Files.readAllBytes(Path.of(name.strip()));
            if (warm.add(name)) {
                long end = System.nanoTime() + WARM;
                for (int run = 0; run < WARM_RUNS && System.nanoTime() < end; run++) {
                    judge(content, schema, processor, sheets);
                }
            }
            long start = clock.getCurrentThreadCpuTime();
            judge(content, schema, processor, sheets);
            System.out.println((clock.getCurrentThreadCpuTime() - start) / 1e9);
        }
    }

    private static int judge(byte[] content, Schema schema, Processor processor, List<XsltExecutable> sheets)
            throws Exception {
        schema.newValidator().validate(new StreamSource(new ByteArrayInputStream(content)));
        int failed = 0;
        for (XsltExecutable sheet : sheets) {
            ByteArrayOutputStream report = new ByteArrayOutputStream();
            Serializer out = processor.newSerializer(report);
            sheet.load30().transform(new StreamSource(new ByteArrayInputStream(content)), out);
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            failed += factory.newDocumentBuilder().parse(new ByteArrayInputStream(report.toByteArray()))
                    .getElementsByTagNameNS("*", "failed-assert").getLength();
        }
        return failed;
    }
}
