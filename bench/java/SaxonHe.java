import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import net.sf.saxon.s9api.Processor;
import net.sf.saxon.s9api.Serializer;
import net.sf.saxon.s9api.XsltExecutable;

/** Saxon-HE: an XML schema, stylesheets, and the reading of their reports. Arguments: SCHEMA SHEET... */
public class SaxonHe {
    public static void main(String[] arguments) throws Exception {
        Schema schema = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI).newSchema(new File(arguments[0]));
        Processor processor = new Processor(false);
        List<XsltExecutable> sheets = new ArrayList<>();
        for (int at = 1; at < arguments.length; at++) {
            sheets.add(processor.newXsltCompiler().compile(new StreamSource(new File(arguments[at]))));
        }
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Warm.run((content, name) -> {
            schema.newValidator().validate(new StreamSource(new ByteArrayInputStream(content)));
            int failed = 0;
            for (XsltExecutable sheet : sheets) {
                ByteArrayOutputStream report = new ByteArrayOutputStream();
                Serializer out = processor.newSerializer(report);
                sheet.load30().transform(new StreamSource(new ByteArrayInputStream(content)), out);
                failed += factory.newDocumentBuilder().parse(new ByteArrayInputStream(report.toByteArray()))
                        .getElementsByTagNameNS("*", "failed-assert").getLength();
            }
            return failed;
        }, System.out);
    }
}
